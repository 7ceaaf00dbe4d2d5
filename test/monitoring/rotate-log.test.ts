import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../support/temp-project.ts';

const TEMPLATE = readFileSync(new URL('../../templates/monitoring/rotate-log.sh', import.meta.url), 'utf8');
const MAX_BYTES = 1000;
const SHELLS = [['/bin/dash'], ['/usr/bin/busybox', 'sh'], ['/bin/sh']].filter(([path = '']) =>
  existsSync(path),
);

const line = (time: string, words: string) => `2026-11-23 ${time}.100 UTC [1] LOG ${words}\n`;
const START = line('10:00:00', 'process up: PgBouncer 1.26.1, libevent 2.1.12-stable (epoll)');
/** More than a log may hold, and less than twice as much. */
const FULL = line('10:00:01', 'x'.repeat(1200));

describe.each(SHELLS)('the rotation of the log in %s', (...shell) => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  const files = () => readdirSync(path('log')).toSorted();

  /** Files that were rendered at a time of that day, and a log. */
  beforeEach(() => {
    folder = tempFolder();
    for (const name of ['log', 'etc']) mkdirSync(path(name));
    render('09:00:00');
  });
  function render(time: string): void {
    for (const name of ['etc/pgbouncer.ini', 'etc/with-log.ini', 'etc/userlist.txt']) {
      writeFileSync(path(name), '');
      const at = new Date(`2026-11-23T${time}Z`);
      utimesSync(path(name), at, at);
    }
  }
  const log = (...lines: readonly string[]) => writeFileSync(path('log/pgbouncer.log'), lines.join(''));

  /** Runs the script; gives how often PgBouncer was signalled. */
  function rotate(): number {
    const script = TEMPLATE.replaceAll('/var/log/pgbouncer/', path('log/'))
      .replaceAll('/etc/pgbouncer/', path('etc/'))
      .replace('{{max_bytes}}', String(MAX_BYTES))
      .replace('{{keep}}', '2')
      .replace('kill -HUP 1', `echo HUP >>"${path('signals')}"`);
    const [program = '', ...flags] = shell;
    const { status, stderr } = spawnSync(program, [...flags, '-c', script], {
      encoding: 'utf8',
      env: { PATH: `${path('bin')}:${process.env['PATH']}` },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return existsSync(path('signals')) ? readFileSync(path('signals'), 'utf8').split('HUP').length - 1 : 0;
  }

  it('must put a full log aside, compress it with the next run, and keep the newest', () => {
    for (const name of ['20261120T000000Z.gz', '20261121T000000Z.gz'])
      writeFileSync(path(`log/pgbouncer.log.${name}`), '');
    log(START, FULL);
    expect(rotate()).toBe(1);
    expect(files().at(-1)).toMatch(/^pgbouncer\.log\.\d{8}T\d{6}Z$/);
    log(START);
    expect(rotate()).toBe(1);
    expect(files()).toEqual([
      'pgbouncer.log',
      'pgbouncer.log.20261121T000000Z.gz',
      expect.stringMatching(/Z\.gz$/),
    ]);
  });

  it('must not make live what was rendered and nobody has applied', () => {
    log(START, FULL);
    render('11:00:00');
    expect(rotate()).toBe(0);
    expect(files()).toEqual(['pgbouncer.log']);
  });

  it.each([
    ['a restart', line('11:00:05', 'process up: PgBouncer 1.26.1, libevent 2.1.12-stable (epoll)')],
    ['HUP', line('11:00:05', 'got SIGHUP, re-reading config')],
    ['RELOAD', line('11:00:05', 'RELOAD command issued')],
  ])('must go on once %s has made it live', (_, words) => {
    log(START, FULL, words);
    render('11:00:00');
    expect(rotate()).toBe(1);
  });

  it('must go on where a rotation has made it live', () => {
    log(FULL);
    render('11:00:00');
    writeFileSync(path('log/pgbouncer.log.20261123T110001Z.gz'), '');
    expect(rotate()).toBe(1);
  });

  it('must take no word of a client for a reload', () => {
    log(
      START,
      FULL,
      line('11:00:05', 'C-0x55f9: (nodb)/(nouser)@10.0.0.1:5 no such user: [1] LOG got SIGHUP'),
    );
    render('11:00:00');
    expect(rotate()).toBe(0);
  });

  it('must not wait until the disk is full', () => {
    log(START, FULL, FULL);
    render('11:00:00');
    expect(rotate()).toBe(1);
  });

  it('must lose no file where the clock was set back', () => {
    log(START, FULL);
    writeFileSync(path('log/pgbouncer.log.20261123T120000Z.gz'), 'older');
    mkdirSync(path('bin'));
    // The time to name a file by; that of a file is date's own answer.
    writeFileSync(
      path('bin/date'),
      '#!/bin/sh\n[ "$2" = -r ] && exec /bin/date "$@"\necho 20261123T120000Z\n',
    );
    chmodSync(path('bin/date'), 0o755);
    expect(rotate()).toBe(0);
    expect(readFileSync(path('log/pgbouncer.log'), 'utf8')).toBe(START + FULL);
    expect(files()).toEqual(['pgbouncer.log', 'pgbouncer.log.20261123T120000Z.gz']);
  });
});
