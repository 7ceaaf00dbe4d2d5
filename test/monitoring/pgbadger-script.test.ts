import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/temp-project.ts';

const TEMPLATE = readFileSync(new URL('../../templates/monitoring/pgbadger.sh', import.meta.url), 'utf8');
const SHELLS = [['/bin/dash'], ['/usr/bin/busybox', 'sh'], ['/bin/sh']].filter(([path = '']) =>
  existsSync(path),
);

/** What stands for pgBadger: it keeps what it is given. */
const KEEPS = '#!/bin/sh\ncat >>"$KEPT"\n';

/** A folder with a log of PgBouncer's, and the script, which runs in it. */
class Reports {
  readonly #folder = tempFolder();
  readonly #kept = join(this.#folder, 'kept');

  constructor(pgbadger = KEEPS) {
    for (const name of ['bin', 'log/pgbouncer', 'lib/pgbadger'])
      mkdirSync(join(this.#folder, name), { recursive: true });
    this.program('pgbadger', pgbadger);
    // A test has better to do than to wait for the next second.
    this.program('sleep', '#!/bin/sh\n');
    writeFileSync(this.#kept, '');
  }

  program(name: string, text: string): void {
    writeFileSync(join(this.#folder, 'bin', name), text);
    chmodSync(join(this.#folder, 'bin', name), 0o755);
  }

  log(name: string, ...lines: readonly string[]): void {
    const path = join(this.#folder, 'log/pgbouncer', name.replace(/\.gz$/, ''));
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    if (name.endsWith('.gz')) execFileSync('gzip', [path]);
  }

  /** Runs the script; gives what pgBadger was given. */
  run(shell: readonly string[] = ['/bin/sh']): { lines: string[]; code: number | null; timedOut: boolean } {
    const script = TEMPLATE.replaceAll('/var/', `${this.#folder}/`)
      .replace('{{weeks}}', '5')
      .replace('{{logs}}', 'pgbouncer');
    const [program = '', ...flags] = shell;
    const env = { PATH: `${join(this.#folder, 'bin')}:${process.env['PATH']}`, KEPT: this.#kept };
    const { status, error } = spawnSync(program, [...flags, '-c', script], { env, timeout: 10_000 });
    const lines = readFileSync(this.#kept, 'utf8').split('\n').filter(Boolean);
    return { lines, code: status, timedOut: error !== undefined };
  }
}

const at = (text: string) => `2026-11-23 13:27:53.100 UTC [1] ${text}`;
const BOB = at('LOG C-0x55f9f95d75f9: app/bob@10.0.0.1:47139 login attempt: db=app user=bob tls=no');

const client = (who: string, words: string) => at(`LOG C-0x55f9f95d75f9: ${who} ${words}`);
const OWN = [
  client('app/bob@127.0.0.1:5', 'login attempt: db=app user=bob tls=no'),
  client('app/bob@corp.example@127.0.0.1:5', 'login attempt: db=app user=bob@corp.example tls=no'),
  client('my app/bob the builder@127.0.0.1:5', 'closing because: client unexpected eof (age=0s)'),
  client('(nodb)/(nouser)@127.0.0.1:5', 'closing because: client unexpected eof (age=0s)'),
  at('ERROR C-0x55f9f95d75f9: app/bob@127.0.0.1:5 password authentication failed'),
];
const NO_SESSIONS = [
  at('LOG S-0x55f9f95d75f9: app/bob@10.0.0.2:5432 new connection to server (from 10.0.0.3:40000)'),
  at('LOG S-0x55f9f95d75f9: app/bob@10.0.0.2:5432 closing because: server idle timeout (age=600s)'),
  client('pgbouncer/stats@10.0.0.4:5', 'login attempt: db=pgbouncer user=stats tls=no'),
  client('pgbouncer/stats@10.0.0.4:5', 'closing because: client unexpected eof (age=0s)'),
  client('pgbouncer/boss@10.0.0.1:5', 'closing because: client close request (age=3s)'),
];
/** What PgBouncer 1.18 and 1.26 log of a login as `x@127.0.0.1:5 y`, and to a database of that name. */
const FORGED = [
  client('(nodb)/(nouser)@10.0.0.1:37024', 'no such user: x@127.0.0.1:5 y'),
  client('(nodb)/x@127.0.0.1:5 y@10.0.0.1:37024', 'login attempt: db=app user=x@127.0.0.1:5 y tls=no'),
  client('(nodb)/x@127.0.0.1:5 y@10.0.0.1:37024', 'closing because: SASL authentication failed (age=0s)'),
  client('(nodb)/bob@10.0.0.1:60526', 'login failed: db=x@127.0.0.1:5 y user=bob'),
  client('app/bob@10.0.0.1:60526', 'closing because: x@127.0.0.1:5 y (age=0s)'),
];

describe.each(SHELLS)('the script of the reports in %s', (...shell) => {
  it('must give pgBadger all lines, oldest first', () => {
    const reports = new Reports();
    reports.log('pgbouncer.log.20261122T100000Z.gz', at('LOG one'));
    reports.log('pgbouncer.log.20261122T110000Z', at('LOG two'));
    reports.log('pgbouncer.log', at('LOG three'));
    expect(reports.run(shell)).toEqual({
      lines: ['one', 'two', 'three'].map((word) => at(`LOG ${word}`)),
      code: 0,
      timedOut: false,
    });
  });

  it('must read what was put aside where there is no file to write to', () => {
    const reports = new Reports();
    reports.log('pgbouncer.log.20261122T110000Z', BOB);
    expect(reports.run(shell).lines).toEqual([BOB]);
  });

  it("must leave out what came from within PgBouncer's container, whatever the names", () => {
    const reports = new Reports();
    reports.log('pgbouncer.log', ...OWN);
    expect(reports.run(shell).lines).toEqual([]);
  });

  it('must leave out connections to Postgres and logins to the console, but for what fails', () => {
    const reports = new Reports();
    const failures = [
      at('WARNING S-0x55f9f95d75f9: app/bob@10.0.0.2:5432 server login failed: FATAL no such role'),
      at('ERROR C-0x55f9f95d75f9: pgbouncer/boss@10.0.0.1:5 password authentication failed'),
    ];
    reports.log('pgbouncer.log', ...NO_SESSIONS, ...failures);
    expect(reports.run(shell).lines).toEqual(failures);
  });

  it('must leave out nothing of a client that gives such an address as its name', () => {
    const reports = new Reports();
    reports.log('pgbouncer.log', ...FORGED);
    expect(reports.run(shell).lines).toEqual(FORGED);
  });

  it('must end where pgBadger ends before it has read everything', () => {
    const reports = new Reports('#!/bin/sh\necho cannot write >&2\nexit 2\n');
    // More than a pipe holds.
    reports.log('pgbouncer.log', ...Array.from({ length: 5000 }, () => BOB));
    expect(reports.run(shell)).toEqual({ lines: [], code: 2, timedOut: false });
  });
});
