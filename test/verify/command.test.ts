import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStack } from '../../src/settings/load-stack.ts';
import { configHashes } from '../../src/writers/compose/compose-file.ts';
import { pgbouncerSettings } from '../../src/writers/pgbouncer-ini.ts';
import { expectEnded, type FakePool, fakeDocker, type Rule } from '../support/fake-docker.ts';
import { runToEnd, start } from '../support/fake-world.ts';
import { PASSWORDS, tempFolder, tempProject } from '../support/temp-project.ts';

const ENGINE: Rule = { match: 'version --format', stdout: '28.2.2\n' };
const COMPOSE: Rule = { match: 'compose version', stdout: '2.40.3\n' };
const FIND: Rule = {
  match: 'inspect --type',
  stdout: '["c0ffee",true,0,"2026-11-23T13:59:27Z","ecar","pgbouncer"]\n',
};
const EXEC: Rule = { match: 'exec --interactive c0ffee', exec: true };
const INSPECT: Rule = {
  match: '.State.Error',
  stdout:
    '["/ecar_postgres","2026-11-23T09:00:00Z","",false]\n["/ecar_pgbouncer","2026-11-23T09:15:00Z","",false]\n',
};
const LOGS: Rule = { match: ' logs ', stdout: '' };

/** A rendered project, and what Compose and PgBouncer say of it where all is well. */
async function project(environment = 'prod') {
  const cwd = tempProject();
  await runToEnd(['render', '--env', environment], { cwd });
  const { stack } = await loadStack({ config: 'ecar-pool.yaml', env: environment }, { cwd, env: {} });
  const hashes = configHashes({ stack, rootFromOutput: '../..', outputFromRoot: 'stack/prod' });
  const row = (service: string, other: object = {}) =>
    JSON.stringify({
      Name: `${stack.name}_${service}`,
      Service: service,
      Image: service === 'pgbouncer' ? stack.pgbouncer.image : 'postgres:17',
      State: 'running',
      Health: 'healthy',
      ExitCode: 0,
      Labels: `ecar-pool.config-hash=${hashes.get(service)}`,
      Publishers:
        service === 'pgbouncer'
          ? [{ URL: '127.0.0.1', TargetPort: 6432, PublishedPort: 6432, Protocol: 'tcp' }]
          : null,
      ...other,
    });
  const ps = (other: object = {}) => `${row('postgres')}\n${row('pgbouncer', other)}\n`;
  const pool: FakePool = {
    users: { ecar_user: PASSWORDS.DB_PASSWORD, pgbouncer: PASSWORDS.PGBOUNCER_ADMIN_PASSWORD },
    console: ['pgbouncer'],
    databases: ['ecar_db'],
    tables: {
      version: [['version'], ['PgBouncer 1.26.0']],
      config: [
        ['key', 'value', 'default', 'changeable'],
        ...[...pgbouncerSettings(stack)].map(([key, value]) => [key, value || null, null, 'yes']),
      ],
      databases: [
        [
          'name',
          'host',
          'port',
          'database',
          'force_user',
          'pool_size',
          'reserve_pool_size',
          'pool_mode',
          'paused',
          'disabled',
        ],
        ['ecar_db', 'postgres', '5432', 'ecar_db', null, '20', '0', null, '0', '0'],
        ['pgbouncer', null, '6432', 'pgbouncer', 'pgbouncer', '2', '0', 'statement', '0', '0'],
      ],
      users: [
        ['name', 'pool_mode'],
        ['ecar_user', null],
        ['pgbouncer', null],
      ],
      pools: [
        [
          'database',
          'user',
          'cl_active',
          'cl_waiting',
          'sv_active',
          'sv_idle',
          'sv_used',
          'maxwait',
          'pool_mode',
        ],
        ['ecar_db', 'ecar_user', '3', '0', '1', '2', '0', '0', 'transaction'],
        ['pgbouncer', 'pgbouncer', '1', '0', '0', '0', '0', '0', 'statement'],
      ],
      stats: [
        ['database', 'total_xact_count', 'total_query_count', 'avg_query_time'],
        ['ecar_db', '1234', '5678', '310'],
      ],
      state: [
        ['key', 'value'],
        ['paused', 'no'],
      ],
    },
  };
  return { cwd, ps, pool };
}

const verify = (cwd: string, env: Record<string, string>, ...args: string[]) =>
  runToEnd(['verify', '--env', 'prod', ...args], { cwd, env });

describe('verify', () => {
  it('must pass a stack where all is well, and show it', async () => {
    const { cwd, ps, pool } = await project();
    const fake = fakeDocker([ENGINE, COMPOSE, { match: ' ps ', stdout: ps() }, FIND, EXEC], { pool });
    const { exitCode, out, err } = await verify(cwd, fake.env);
    expect(err).toBe('');
    expect(out).toMatchInlineSnapshot(`
      "ok    docker — Engine 28.2.2, Compose 2.40.3
      ok    rendered files — 7 files as the settings render them
      ok    shell environment — sets nothing of .env differently
      ok    container postgres — running, healthy
      ok    container pgbouncer — running, healthy
      ok    current containers — postgres, pgbouncer made from the rendered files
      ok    published port — 127.0.0.1:6432->6432
      ok    mounted files — the container sees pgbouncer.ini and userlist.txt as they lie on the disk
      ok    admin console — pgbouncer is let in and answered
      ok    PgBouncer version — PgBouncer 1.26.0
      ok    SHOW CONFIG — 11 settings as rendered
      ok    SHOW DATABASES — ecar_db as rendered
      ok    SHOW USERS — 2 users of userlist.txt are known
      ok    pools are active — nothing is paused or disabled
      ok    SHOW POOLS — 1 pool, 3 clients, none waiting
      ok    login ecar_user to ecar_db — SELECT 1 answered by Postgres
      ok    wrong password — ecar_user is refused by PgBouncer

      SHOW POOLS
      database  user       cl_active  cl_waiting  sv_active  sv_idle  sv_used  maxwait  mode
      ecar_db   ecar_user          3           0          1        2        0        0  transaction

      SHOW STATS
      database  xacts  queries  query µs
      ecar_db    1234     5678       310

      SHOW DATABASES
      name     host      port  database  pool  reserve  mode
      ecar_db  postgres  5432  ecar_db     20        0     -

      prod works: 17 ok
      "
    `);
    expect(exitCode).toBe(0);
  });

  it('must ask docker five things and no more', async () => {
    const { cwd, ps, pool } = await project();
    const fake = fakeDocker([ENGINE, COMPOSE, { match: ' ps ', stdout: ps() }, FIND, EXEC], { pool });
    await verify(cwd, fake.env);
    const compose = '-p ecar -f stack/prod/docker-compose.yml --project-directory stack/prod';
    const calls = fake
      .calls()
      .map(({ argv }) => argv.join(' ').replace(/ timeout \d+ sh -c .*| --format \[.*\]/s, ' …'));
    expect(calls.sort()).toEqual([
      `compose ${compose} ps -a --format json`,
      'compose version --short',
      'exec --interactive c0ffee …',
      'inspect --type container … ecar_postgres ecar_pgbouncer',
      'version --format {{.Server.Version}}',
    ]);
  });

  it('must give every column to machines', async () => {
    const { cwd, ps, pool } = await project();
    const fake = fakeDocker([ENGINE, COMPOSE, { match: ' ps ', stdout: ps() }, FIND, EXEC], { pool });
    const { out } = await verify(cwd, fake.env, '--json');
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      environment: 'prod',
      ok: true,
      checks: [
        { id: 'docker', title: 'docker', status: 'ok', observed: 'Engine 28.2.2, Compose 2.40.3' },
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
      ],
      pools: [{ database: 'ecar_db', cl_active: '3' }, { database: 'pgbouncer' }],
      stats: [{ total_xact_count: '1234' }],
      databases: [{ name: 'ecar_db', force_user: null }, { name: 'pgbouncer' }],
    });
  });

  it('must print only what fails and the verdict under --quiet', async () => {
    const { cwd, ps, pool } = await project();
    const rules = [
      ENGINE,
      COMPOSE,
      { match: ' ps ', stdout: ps({ Health: 'unhealthy' }) },
      FIND,
      EXEC,
      INSPECT,
      LOGS,
    ];
    const { exitCode, out } = await verify(cwd, fakeDocker(rules, { pool }).env, '--quiet');
    expect(exitCode).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "FAIL  container pgbouncer — running, unhealthy
            expected: running, healthy
            fix: see docker compose -f stack/prod/docker-compose.yml logs --tail 50 pgbouncer
      prod does not pass: 16 ok, 1 failed
      "
    `);
  });

  it('must explain one cause once', async () => {
    const { cwd, ps, pool } = await project();
    const refused = 'FATAL:  server login failed: wrong password type';
    const logins = { 'ecar_user@ecar_db': refused, 'pgbouncer@pgbouncer': refused };
    const rules = [ENGINE, COMPOSE, { match: ' ps ', stdout: ps() }, FIND, EXEC, INSPECT, LOGS];
    const { out } = await verify(cwd, fakeDocker(rules, { pool: { ...pool, logins } }).env);
    expect(out.match(/cause: what userlist/g)).toHaveLength(1);
    expect(out.match(/cause: the same as above/g)).toHaveLength(1);
  });

  it('must read the log only when something fails, and tell a crash loop by it', async () => {
    const { cwd, ps } = await project();
    const fake = fakeDocker([
      ENGINE,
      COMPOSE,
      { match: ' ps ', stdout: ps({ State: 'restarting', Health: '' }) },
      INSPECT,
      FIND,
      {
        match: 'exec --interactive',
        code: 1,
        stderr:
          'Error response from daemon: Container d452e57 is restarting, wait until the container is running\n',
      },
      {
        match: 'logs --no-color --no-log-prefix --since 2026-11-23T09:15:00Z --tail 200 pgbouncer',
        stdout: [
          '2026-11-23 09:16:21.078 UTC [1] ERROR invalid value "transaktion" for parameter pool_mode in configuration (/etc/pgbouncer/pgbouncer.ini:12)',
          '2026-11-23 09:16:21.079 UTC [1] FATAL cannot load config file',
        ].join('\n'),
      },
    ]);
    const { exitCode, out } = await verify(cwd, fake.env);
    expect(exitCode).toBe(1);
    expect(out).toContain('FAIL  container pgbouncer — restarting');
    expect(out).toContain('PgBouncer cannot read its pgbouncer.ini');
    expect(out).toContain('invalid value "transaktion" for parameter pool_mode');
    expect(out).toContain(
      'skip  admin console — because the pgbouncer container is not running but restarting',
    );
    expect(out).toMatch(/5 ok, 1 failed, 11 skipped\n$/);
  });

  it('must fail a set of files that is half there, and ask docker nothing where there is no Compose file', async () => {
    const { cwd } = await project();
    rmSync(join(cwd, 'stack/prod/docker-compose.yml'));
    writeFileSync(join(cwd, 'stack/prod/pgbouncer/userlist.txt'), 'x');
    const fake = fakeDocker([ENGINE, COMPOSE]);
    const { exitCode, out } = await verify(cwd, fake.env);
    expect(exitCode).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "ok    docker — Engine 28.2.2, Compose 2.40.3
      FAIL  rendered files — docker-compose.yml missing, pgbouncer/userlist.txt differs (it was changed since it was rendered)
            expected: the files that the settings render to
            fix: run ecar-pool render --env prod, and the commands that it names
      ok    shell environment — sets nothing of .env differently
      skip  running stack — because there is no docker-compose.yml to ask docker about

      prod does not pass: 2 ok, 1 failed, 1 skipped
      "
    `);
    expect(fake.calls()).toHaveLength(2);
  });

  it('must show the options that lead to the stack in what it says to run', async () => {
    const { cwd } = await project();
    const { out } = await verify(cwd, fakeDocker([ENGINE, COMPOSE]).env, '--out', 'elsewhere');
    expect(out).toContain('fix: run ecar-pool render --env prod --out elsewhere');
  });

  it('must wait for the very stack that it looked at', async () => {
    const { cwd, ps, pool } = await project();
    await runToEnd(['render', '--env', 'prod', '--out', 'elsewhere'], { cwd });
    const rules = [ENGINE, COMPOSE, { match: ' ps ', stdout: ps({ Health: 'starting' }) }, FIND, EXEC, LOGS];
    const { out } = await verify(cwd, fakeDocker(rules, { pool }).env, '--out', 'elsewhere');
    expect(out).toContain('fix: wait for it: ecar-pool verify --env prod --out elsewhere --wait');
  });

  it('must name a variable of the shell that beats .env, and never its value', async () => {
    const { cwd, ps, pool } = await project();
    const fake = fakeDocker([ENGINE, COMPOSE, { match: ' ps ', stdout: ps() }, FIND, EXEC, INSPECT, LOGS], {
      pool,
    });
    const { out, err } = await verify(cwd, { ...fake.env, POSTGRES_PASSWORD: 'banana' });
    expect(out).toContain('FAIL  shell environment — POSTGRES_PASSWORD has another value here than in .env');
    expect(out + err).not.toContain('banana');
    expect(JSON.stringify(fake.calls().filter(({ argv }) => argv.includes('-p')))).not.toContain('banana');
  });

  it('must show no secret, whatever docker and PgBouncer quote', async () => {
    const { cwd, ps, pool } = await project();
    const all = Object.values(PASSWORDS).join(' ');
    const fake = fakeDocker(
      [
        ENGINE,
        COMPOSE,
        { match: ' ps ', stdout: ps({ State: 'restarting' }), stderr: all },
        FIND,
        EXEC,
        INSPECT,
        { match: ' logs ', stdout: `2026-11-23 09:16:21.079 UTC [1] FATAL cannot load config file ${all}` },
      ],
      { pool: { ...pool, logins: { 'ecar_user@ecar_db': `FATAL:  ${all}` } } },
    );
    for (const args of [[], ['--json']]) {
      const { out, err } = await verify(cwd, fake.env, ...args);
      expect(out).toContain('[redacted]');
      for (const secret of Object.values(PASSWORDS)) expect(out + err).not.toContain(secret);
    }
    const asked = JSON.stringify(fake.calls().map(({ argv, env }) => ({ argv, env })));
    for (const secret of Object.values(PASSWORDS)) expect(asked).not.toContain(secret);
  });

  it('must wait for a service that is starting, and say so', async () => {
    const { cwd, ps, pool } = await project();
    const starting = ps({ Health: 'starting' });
    const rules = [ENGINE, COMPOSE, { match: ' ps ', sequence: ['', starting, starting, ps()] }, FIND, EXEC];
    const { exitCode, err } = await verify(cwd, fakeDocker(rules, { pool }).env, '--wait');
    expect(err.replaceAll(/\d+ s/g, 'N s')).toBe(
      'waiting N s: postgres has no container, pgbouncer has no container\nwaiting N s: pgbouncer starting\n',
    );
    expect(exitCode).toBe(0);
  });

  it('must not wait longer than it may, and then tell what is amiss', async () => {
    const { cwd, ps, pool } = await project();
    const rules = [
      ENGINE,
      COMPOSE,
      { match: ' ps ', stdout: ps({ Health: 'starting' }) },
      FIND,
      EXEC,
      INSPECT,
      LOGS,
    ];
    const began = performance.now();
    const { exitCode, out } = await verify(cwd, fakeDocker(rules, { pool }).env, '--wait', '--timeout', '6');
    expect(performance.now() - began).toBeLessThan(9000);
    expect(out).toContain('FAIL  container pgbouncer — running, starting');
    expect(exitCode).toBe(1);
  });
});

describe('verify without a docker that works', () => {
  it.each<readonly [string, readonly Rule[], readonly Rule[] | undefined, string, string]>([
    [
      'a daemon that is down',
      [
        {
          match: 'version --format',
          code: 1,
          stderr: 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?',
        },
        COMPOSE,
      ],
      undefined,
      'The Docker daemon does not answer',
      'sudo systemctl start docker',
    ],
    [
      'a socket that this user may not use',
      [
        {
          match: 'version --format',
          code: 1,
          stderr:
            'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
        },
        COMPOSE,
      ],
      undefined,
      'This user may not talk to the Docker daemon',
      'group `docker`',
    ],
    [
      'no Compose plugin',
      [ENGINE, { match: 'compose version', code: 1, stderr: 'docker: unknown command: docker compose' }],
      undefined,
      'Docker has no Compose plugin',
      'install the Docker Compose plugin',
    ],
    [
      'Compose v1 only',
      [ENGINE, { match: 'compose version', code: 1, stderr: "docker: 'compose' is not a docker command." }],
      [{ match: 'version --short', stdout: '1.29.2\n' }],
      'Only docker-compose 1.29.2 is installed: Compose v1',
      'install the Docker Compose plugin',
    ],
    [
      'a Compose that is too old',
      [ENGINE, { match: 'compose version', stdout: 'v2.19.1\n' }],
      undefined,
      'Docker Compose v2.19.1 is too old',
      'update the Docker Compose plugin',
    ],
    [
      'words that nobody knows',
      [{ match: 'version --format', code: 5, stderr: 'the whale is asleep' }, COMPOSE],
      undefined,
      'failed: the whale is asleep',
      'run it by hand',
    ],
  ])('must end with 3 and the next step: %s', async (_, rules, composeV1, message, hint) => {
    const { cwd } = await project();
    const rest: Rule[] = [
      { match: ' ps ', code: 1, stderr: 'failed' },
      FIND,
      { match: 'exec --interactive', code: 1, stderr: 'failed' },
    ];
    const fake = fakeDocker([...rules, ...rest], composeV1 ? { composeV1 } : {});
    const { exitCode, out, err } = await verify(cwd, fake.env);
    expect(exitCode).toBe(3);
    expect(out).toBe('');
    expect(err).toContain(`error: ${message}`.replace('error: failed', 'failed'));
    expect(err).toContain(hint);
  });

  it('must end with 3 where docker is absent', async () => {
    const { cwd } = await project();
    const { exitCode, err } = await verify(cwd, { PATH: tempFolder() });
    expect(exitCode).toBe(3);
    expect(err).toContain('docker was not found on the PATH');
  });

  it('must tell it to machines, too', async () => {
    const { cwd } = await project();
    const { exitCode, out } = await verify(cwd, { PATH: tempFolder() }, '--json');
    expect(exitCode).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ error: { message: 'docker was not found on the PATH' } });
  });

  it('must give up on a docker that hangs, and leave nothing of it behind', async () => {
    const { cwd } = await project();
    const fake = fakeDocker([{ match: '', hang: true }]);
    const { exitCode, err } = await verify(cwd, fake.env, '--timeout', '1');
    expect(exitCode).toBe(3);
    expect(err).toContain('gave no answer within 1 s');
    await expectEnded(fake.calls);
  });

  it('must keep what it saw where only the exec hangs', async () => {
    const { cwd, ps } = await project();
    const rules = [
      ENGINE,
      COMPOSE,
      { match: ' ps ', stdout: ps() },
      FIND,
      { match: 'exec', hang: true },
      INSPECT,
      LOGS,
    ];
    const fake = fakeDocker(rules);
    const { exitCode, out } = await verify(cwd, fake.env, '--timeout', '2');
    expect(exitCode).toBe(1);
    expect(out).toContain('ok    container pgbouncer — running, healthy');
    expect(out).toMatch(/FAIL {2}admin console — no answer within \d s/);
    await expectEnded(fake.calls);
  });

  it('must end with 130 on SIGINT, with every child gone', async () => {
    const { cwd } = await project();
    const fake = fakeDocker([ENGINE, COMPOSE, { match: '', hang: true }]);
    const run = start(['verify', '--env', 'prod'], { cwd, env: fake.env });
    // Two answers, and two that hang with a child each.
    while (fake.calls().length < 6) await new Promise((resolve) => setTimeout(resolve, 20));
    run.interrupt();
    expect(await run.exitCode).toBe(130);
    expect(run.out()).toBe('');
    await expectEnded(fake.calls);
  });

  it('must not wait for docker where the settings are wrong', async () => {
    const { cwd } = await project();
    writeFileSync(join(cwd, 'ecar-pool.yaml'), 'name: 7\n');
    const fake = fakeDocker([{ match: '', hang: true }]);
    const began = performance.now();
    const { exitCode } = await verify(cwd, fake.env);
    expect(exitCode).toBe(2);
    expect(performance.now() - began).toBeLessThan(5000);
    await expectEnded(fake.calls);
  });

  it.each(['0', '-1', 'soon', '1e9', ''])('must refuse --timeout %j', async (value) => {
    const { exitCode, err } = await runToEnd(['verify', '--timeout', value]);
    expect(exitCode).toBe(2);
    expect(err).toContain('a number of seconds from 1 to 86400');
  });
});
