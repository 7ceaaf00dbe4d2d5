import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDocker } from '../../src/docker/docker.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Stack, User } from '../../src/stack/stack.ts';
import { planInquiry } from '../../src/verify/logins.ts';
import { observe } from '../../src/verify/observe.ts';
import { formatProbeInput } from '../../src/verify/probe-input.ts';
import type { Target } from '../../src/verify/subject.ts';
import { type FakePool, fakeDocker } from '../support/fake-docker.ts';
import { tempFolder } from '../support/temp-project.ts';
import { SERVER, STACK, scene } from './support.ts';

/** All that a shell or a parser could trip over; PgBouncer and Postgres take every one of them. */
const NASTY = [
  `p'w"d $HOME #x \\ \\\\ "" ;`,
  '  blanks around  ',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
  '$(id) `id` ${PATH} $$ %s %d',
  'tab\there\\n\\0 \\',
  'ü ☃ 𝄞 Ⅸ\u00a0x',
  "-c --help -d 'x=y' host=evil",
  '\u001f\u001e\u0007',
  'n'.repeat(500),
];
const USERS: readonly User[] = [
  ...NASTY.map((password, index) => ({
    name: `user ${index} "$x" \\`,
    password: new Secret(password, 'test'),
    secret: undefined,
    roles: ['app'] as const,
    settings: new Map(),
  })),
  {
    name: 'boss',
    password: new Secret(`b"'$\\ `, 'test'),
    secret: undefined,
    roles: ['admin'],
    settings: new Map(),
  },
];
const appUsers = USERS.filter(({ roles }) => roles.includes('app')).map(({ name }) => name);
const NASTY_STACK: Stack = {
  ...STACK,
  users: USERS,
  pgbouncer: { ...STACK.pgbouncer, settings: new Map([['server_login_retry', '2']]) },
  databases: [
    { ...SERVER, name: 'a = b', dbname: 'x', users: appUsers, settings: new Map() },
    { ...SERVER, name: "host=evil 'q' $(id)", dbname: 'x', users: appUsers.slice(0, 3), settings: new Map() },
  ],
};
const POOL = {
  users: Object.fromEntries(USERS.map(({ name, password }) => [name, password?.reveal() ?? ''])),
  console: ['boss'],
  databases: NASTY_STACK.databases.map(({ name }) => name),
  tables: {
    version: [['version'], ['PgBouncer 1.18.0']],
    config: [
      ['key', 'value', 'default', 'changeable'],
      ['listen_port', '6432', '6432', 'no'],
      ['unix_socket_dir', null, '/tmp', 'no'],
    ],
    databases: [['name', 'host'], ...NASTY_STACK.databases.map(({ name }) => [name, 'h'])],
    pools: [['database', 'user']],
    stats: [['database']],
  },
};

async function look(
  stack: Stack,
  options: { shell?: string; limitMs?: number; folder?: string; logFile?: Target['logFile'] } & Pick<
    FakePool,
    'logins' | 'ages' | 'server' | 'requireAuth'
  > = {},
) {
  const { shell, limitMs = 25_000, folder = '/', logFile, ...pool } = options;
  const fake = fakeDocker(
    [
      { match: ' ps ', stdout: '' },
      { match: 'inspect --type', stdout: '["c0ffee",true,0,"2026-11-23T13:59:27Z","ecar","pgbouncer"]\n' },
      { match: 'exec', exec: true, ...(shell ? { shell } : {}) },
    ],
    { pool: { ...POOL, ...pool } },
  );
  const docker = createDocker({
    cwd: '/',
    env: fake.env,
    signal: new AbortController().signal,
    hidden: [],
    secrets: [],
    deadline: performance.now() + limitMs,
  });
  const { subject } = scene({ subject: { stack, configFolder: folder, logFile } });
  const inquiry = planInquiry(stack, new Secret('made-up', 'test'), 2);
  const versions = Promise.resolve({ engine: '28', compose: '2.40', ms: 1 });
  const { probe } = await observe(docker, subject, inquiry, versions);
  if ('failure' in probe) throw new Error(probe.failure);
  return { output: probe.value, inquiry, calls: fake.calls() };
}

const SHELLS = ['/bin/dash', '/bin/bash', '/usr/bin/busybox', '/bin/sh'].filter((path) => existsSync(path));

/** Busybox is the shell of Alpine under the name of `ash`. */
function asShell(path: string): string {
  if (!path.endsWith('busybox')) return path;
  const ash = join(tempFolder(), 'ash');
  symlinkSync(path, ash);
  return ash;
}

describe('the probe', () => {
  it.each(SHELLS)('must bring any name and password through %s', async (shell) => {
    const { output, inquiry } = await look(NASTY_STACK, { shell: asShell(shell) });
    expect(inquiry.logins).toHaveLength(11);
    expect(inquiry.logins.map((_, index) => output.logins.get(index)?.said)).toEqual(
      inquiry.logins.map(() => '1|0'),
    );
    expect(output.logins.get(11)).toMatchObject({ code: 2 });
    expect(output.logins.get(11)?.said).toContain(
      'FATAL:  password authentication failed\nHINT:  two\n\nmore lines',
    );
    expect(output.finished).toBe(true);
  });

  it.each(SHELLS)('must tell by %s what the container sees of its files', async (shell) => {
    const folder = join(tempFolder(), "a $(folder) 'of' files");
    mkdirSync(folder);
    writeFileSync(join(folder, 'pgbouncer.ini'), 'one\n');
    const seen = async () => (await look(STACK, { shell: asShell(shell), folder })).output.files;
    const one = createHash('sha256').update('one\n').digest('hex');
    expect(await seen()).toEqual(new Map([['pgbouncer.ini', one]]));
    writeFileSync(join(folder, 'userlist.txt'), 'one\n');
    expect((await seen())?.get('userlist.txt')).toBe(one);
    rmSync(folder, { recursive: true });
    expect(await seen()).toEqual(new Map());
  });

  it.each(SHELLS)('must tell by %s how the rotation of the log file goes', async (shell) => {
    const file = join(tempFolder(), 'a log.log');
    const word = `rotate-${process.pid}-${Date.now()}`;
    const logFile = { file, rotation: `${word}[.]sh` };
    const seen = async () => (await look(STACK, { shell: asShell(shell), logFile })).output.log;
    expect(await seen()).toEqual({ isRotated: false, bytes: undefined });
    writeFileSync(file, 'four');
    const loop = spawn('sh', ['-c', `while sleep 1; do :; done; : ${word}.sh`]);
    expect(await seen()).toEqual({ isRotated: true, bytes: 4 });
    loop.kill('SIGKILL');
    expect((await look(STACK, { shell: asShell(shell) })).output.log).toBeUndefined();
  });

  it('must read all tables in one connection, by name, and do without the one that 1.18 lacks', async () => {
    const { output } = await look(NASTY_STACK);
    expect([...output.tables.keys()]).toEqual(['version', 'config', 'databases', 'pools', 'stats']);
    expect(output.tables.get('config')?.[1]).toEqual({
      key: 'unix_socket_dir',
      value: null,
      default: '/tmp',
      changeable: 'no',
    });
    expect(output.tables.get('databases')?.map((row) => row['name'])).toEqual(POOL.databases);
    expect(output.console?.said).toContain('invalid command');
  });

  it('must show the pools that its logins opened', async () => {
    const { output } = await look(NASTY_STACK);
    const pools = output.tables.get('pools')?.map((row) => `${row['user']}@${row['database']}`);
    expect(pools?.sort()).toEqual(
      NASTY_STACK.databases.flatMap(({ name, users }) => users.map((user) => `${user}@${name}`)).sort(),
    );
  });

  it('must leave time to the console where more logins hang than the time allows', async () => {
    const logins = Object.fromEntries(appUsers.map((user) => [`${user}@a = b`, 'hang']));
    const { output } = await look(NASTY_STACK, { logins, limitMs: 8000 });
    expect(output.finished).toBe(true);
    expect(output.tables.has('pools')).toBe(true);
    expect(output.logins.get(7)).toMatchObject({ code: 124 });
    // The first eight took all the time that logins may take.
    expect(output.logins.has(8)).toBe(false);
  });

  it('must put no password where `ps` or `docker inspect` show it', async () => {
    const { calls } = await look(NASTY_STACK);
    const seen = JSON.stringify(calls.map(({ argv, env }) => ({ argv, env })));
    for (const { password } of USERS)
      expect(seen).not.toContain(JSON.stringify(password?.reveal() ?? '').slice(1, -1));
  });

  it('must start docker three times, whatever there is to ask', async () => {
    const { calls } = await look(NASTY_STACK);
    expect(calls).toHaveLength(3);
  });

  it('must try again what PgBouncer refuses with an error that it kept, while its patience lasts', async () => {
    const cached = 'FATAL:  server login has been failing, cached error: x (server_login_retry)';
    const [user = ''] = appUsers;
    // As PgBouncer 1.18 says it.
    const old = 'FATAL:  server login has been failing, try again later (server_login_retry)';
    const logins = { [`${user}@a = b`]: [cached, old, null] };
    const { output } = await look(NASTY_STACK, { logins });
    expect(output.logins.get(0)).toMatchObject({ code: 0, said: '1|0', waited: 2 });
    const { output: other } = await look(NASTY_STACK, { logins: { [`${user}@a = b`]: cached } });
    expect(other.logins.get(0)).toMatchObject({ code: 2, waited: 3 });
    expect(other.logins.get(1)).toMatchObject({ code: 0, waited: 0 });
  });

  it.each(SHELLS)('must ask Postgres itself only where the server connection is old: %s', async (shell) => {
    const [user = '', other = '', third = ''] = appUsers;
    const ages = { [`${user}@a = b`]: 340, [`${other}@a = b`]: 1 };
    const server = { [`${other}@x`]: 'FATAL:  no', [`${third}@x`]: 'FATAL:  never asked' };
    const { output } = await look(NASTY_STACK, {
      ...{ shell: asShell(shell), ages, server },
      requireAuth: 'md5,none',
    });
    expect(output.logins.get(0)?.said).toBe('1|340');
    expect([...output.servers.keys()].sort()).toEqual([0, 1]);
    expect(output.servers.get(0)?.code).toBe(0);
    expect(output.servers.get(1)?.said).toBe(
      'psql: error: connection to server at "postgres", port 5432 failed: FATAL:  no',
    );
  });

  it('must give no server that is not checked a password in the clear under SCRAM, and let a checked one ask for what it likes: an empty requirement would refuse every server', async () => {
    const stack = {
      ...NASTY_STACK,
      pgbouncer: { ...NASTY_STACK.pgbouncer, auth_type: 'scram-sha-256' as const },
    };
    const ages = { [`${appUsers[0]}@a = b`]: 9 };
    const { output } = await look(stack, { ages, requireAuth: 'scram-sha-256,md5,none' });
    expect(output.servers.get(0)?.said).toBe('1|0');
    const settings = new Map([...stack.pgbouncer.settings, ['server_tls_sslmode', 'verify-full']]);
    const checked = await look({ ...stack, pgbouncer: { ...stack.pgbouncer, settings } }, { ages });
    expect(checked.output.servers.get(0)?.said).toBe('1|0');
  });

  it('must bound a login that hangs, and still answer for the others', async () => {
    const { output } = await look(STACK, { logins: { 'ecar_user@ecar_db': 'hang' } });
    expect(output.finished).toBe(true);
    expect(output.logins.get(0)).toMatchObject({ code: 124, said: '' });
    expect(output.logins.get(1)?.said).toContain('password authentication failed');
  });

  it('must keep what was answered when the whole time is up', async () => {
    const { output } = await look(STACK, { logins: { 'ecar_user@ecar_db': 'hang' }, limitMs: 2000 });
    expect(output.finished).toBe(false);
    expect(output.logins.has(0)).toBe(false);
    expect(output.logins.has(1)).toBe(true);
  });

  it('must refuse a line break, which would shift every line after it', () => {
    const inquiry = planInquiry(STACK, new Secret('a\nb', 'test'), 2);
    expect(() =>
      formatProbeInput({ nonce: 'n', port: 1, folder: '/', log: undefined, inquiry, limit: 60 }),
    ).toThrow('line break');
  });
});
