import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { adoptedProject, ownProject } from '../../src/stack/compose-project.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { checkConfig } from '../../src/verify/checks/config.ts';
import { checkConsole } from '../../src/verify/checks/console.ts';
import { checkContainers } from '../../src/verify/checks/containers.ts';
import { checkCurrentContainers } from '../../src/verify/checks/current-containers.ts';
import { checkDatabases } from '../../src/verify/checks/databases.ts';
import { checkFiles } from '../../src/verify/checks/files.ts';
import { checkLogins } from '../../src/verify/checks/logins.ts';
import { checkLookups } from '../../src/verify/checks/lookups.ts';
import { checkMountedFiles } from '../../src/verify/checks/mounted-files.ts';
import { checkOthersDatabase } from '../../src/verify/checks/others-database.ts';
import { checkPools } from '../../src/verify/checks/pools.ts';
import { checkPort } from '../../src/verify/checks/port.ts';
import { checkShell } from '../../src/verify/checks/shell.ts';
import { checkStandstill } from '../../src/verify/checks/standstill.ts';
import { checkUsers } from '../../src/verify/checks/users.ts';
import { checkVersion } from '../../src/verify/checks/version.ts';
import { checkWrongPassword } from '../../src/verify/checks/wrong-password.ts';
import { NO_AFTERMATH } from '../../src/verify/evidence.ts';
import { judge } from '../../src/verify/judge.ts';
import { listLogins, planInquiry } from '../../src/verify/logins.ts';
import type { Check } from '../../src/verify/scene.ts';
import {
  container,
  type Difference,
  FILES,
  failed,
  LOGINS,
  passed,
  rowOf,
  run,
  STACK,
  scene,
  TABLES,
} from './support.ts';

const FILE = 'stack/prod/docker-compose.yml';
const change = (kind: 'create' | 'update' | 'remove', path: string) =>
  ({ kind, path, foreign: false, cause: 'the settings changed', before: '', after: undefined }) as const;
const ADOPTED = {
  files: ['compose.yaml'],
  isSelfNamed: true,
  isPersistent: false,
  networks: [],
  profiles: [],
  services: [{ name: 'web', environment: new Map<string, string>() }],
};
const external = { ...STACK, postgres: { kind: 'external', host: 'db.example.com', port: 5432 } } as const;
const withRules = (...lines: string[]) => {
  const files = new Map([['auth_hba_file', lines.join('\n')]]);
  return { stack: { ...STACK, pgbouncer: { ...STACK.pgbouncer, auth_type: 'hba', files } as const } };
};
const refused = failed('FATAL:  password authentication failed for user "ecar_user"');
const silent = { code: 124, said: '', ms: 7000, waited: 0 };

describe('a stack where all is well', () => {
  it('must pass every check, in a fixed order', () => {
    const rows = judge(scene());
    expect(rows.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(rows.map(({ id }) => id)).toEqual([
      'docker',
      'files',
      'shell',
      'container:ecar_postgres',
      'container:ecar_pgbouncer',
      'containers-current',
      'port',
      'mounted-files',
      'console',
      'version',
      'config',
      'databases',
      'users',
      'active',
      'pools',
      'login:ecar_user@ecar_db',
      'login:ecar_user@ecar_admin',
      'login:stats@pgbouncer',
      'wrong-password',
    ]);
  });

  it('must read the console as the first admin', () => {
    expect(scene().evidence.inquiry.console?.user).toBe('boss');
  });
});

type Case = readonly [what: string, check: Check, difference: Difference, row: object];

describe('a container that the engine started again', () => {
  const restarted = (restarts: number, upMs: number, postgresLog = '') =>
    checkContainers(
      scene({
        evidence: {
          runs: { value: new Map([['postgres', run(restarts, upMs)]]), ms: 1 },
          aftermath: { ...NO_AFTERMATH, postgresLog },
        },
      }),
    )[0];

  it('must fail while that was a short time ago, though it happens to be up', () => {
    expect(restarted(3, 40_000)).toMatchObject({
      status: 'fail',
      observed: 'running, healthy, ended and was restarted 3 times, last 40 s ago',
      hint: `see docker compose -f ${FILE} logs --tail 50 postgres`,
    });
    expect(restarted(1, 59 * 60_000)).toMatchObject({ status: 'fail' });
  });

  it('must not count against a deploy where it was before that, and still be warned of', () => {
    const runs = { value: new Map([['postgres', run(1, 40_000)]]), ms: 1 };
    const statusOf = (ms: number) => {
      const { seenAt } = scene().evidence;
      return checkContainers(scene({ subject: { since: seenAt - ms }, evidence: { runs } }))[0];
    };
    expect(statusOf(30_000)).toMatchObject({
      status: 'warn',
      observed: 'running, healthy, ended and was restarted once, last 40 s ago',
      hint: `see docker compose -f ${FILE} logs --tail 50 postgres`,
    });
    expect(statusOf(50_000)).toMatchObject({ status: 'fail' });
  });

  it('must tell why it ended, though it is up for the moment', () => {
    const log = 'FATAL:  database files are incompatible with server\nLOG:  starting PostgreSQL 18.1';
    expect(restarted(3, 1000, log)).toMatchObject({
      cause: expect.stringContaining('The volume holds the data of another major release of Postgres'),
      hint: expect.stringContaining('pg_dumpall'),
    });
  });

  it('must tell why it ended while it starts anew, and go on waiting for it', () => {
    const starting = container('postgres', { health: 'starting' });
    const aftermath = { ...NO_AFTERMATH, postgresLog: 'FATAL: No space left on device' };
    const runs = { value: new Map([['postgres', run(2, 1000)]]), ms: 1 };
    const [row] = checkContainers(scene({ containers: [starting], evidence: { runs, aftermath } }));
    expect(row).toMatchObject({
      cause: expect.stringContaining('The disk is full'),
      transient: true,
    });
  });

  it('must pass once it has run for long, and still be told of', () => {
    expect(restarted(1, 61 * 60_000)).toMatchObject({
      status: 'ok',
      observed: 'running, healthy, ended and was restarted once, last 61 min ago',
    });
    expect(restarted(2, 72 * 3_600_000)?.observed).toContain('2 times, last 3 days ago');
    expect(restarted(0, 1000)).toMatchObject({ status: 'ok', observed: 'running, healthy' });
  });
});

describe('checks', () => {
  it.each<Case>([
    [
      'a file that is missing, one that differs and one that is left over',
      checkFiles,
      {
        subject: {
          changes: [change('create', '.env'), change('update', 'a.ini'), change('remove', 'b.yml')],
        },
      },
      {
        status: 'fail',
        observed: '.env missing, a.ini differs (the settings changed), b.yml left over',
        hint: 'run ecar-pool render --env prod, and the commands that it names',
      },
    ],
    [
      'a variable of .env that the shell sets to another value',
      checkShell,
      { subject: { env: { DB_PASSWORD: 'other', PATH: '/bin' } } },
      {
        status: 'fail',
        observed: 'DB_PASSWORD has another value here than in .env',
        hint: 'unset DB_PASSWORD',
      },
    ],
    [
      'one that it sets to the same value',
      checkShell,
      { subject: { env: { DB_PASSWORD: 'apple' } } },
      { status: 'ok' },
    ],
    [
      'one that the Compose file only escapes',
      checkShell,
      { subject: { dotenv: new Map([['DB_HOST', 'pgbouncer']]), env: { DB_HOST: 'x' } } },
      { status: 'ok' },
    ],
    [
      'another image',
      checkCurrentContainers,
      { containers: [container('pgbouncer', { image: 'old:1' })] },
      {
        status: 'fail',
        observed: 'pgbouncer runs the image old:1, not edoburu/pgbouncer:v1.25.2-p0',
        hint: `run docker compose -f ${FILE} up -d --wait`,
      },
    ],
    [
      'a container that is out of date',
      checkCurrentContainers,
      { containers: [container('postgres', { labels: new Map() }), container('pgbouncer')] },
      {
        status: 'fail',
        observed: 'postgres was made before its part of docker-compose.yml or .env changed',
        hint: `run docker compose -f ${FILE} up -d --wait`,
      },
    ],
    [
      'containers that are up to date, and one of another service',
      checkCurrentContainers,
      {
        containers: [
          container('adminer', { labels: new Map() }),
          container('postgres'),
          container('pgbouncer'),
        ],
      },
      { status: 'ok', observed: 'postgres, pgbouncer made from the rendered files' },
    ],
    [
      'a service of an adopted project that left the overlay, and runs as that had it',
      (scene) => checkCurrentContainers(scene).slice(1),
      {
        subject: {
          stack: { ...STACK, adopted: { ...ADOPTED, services: [] } },
          project: adoptedProject('ecar', { ...ADOPTED, services: [] }, '.', 'pgbouncer'),
        },
        containers: [container('web'), container('pgbouncer')],
      },
      {
        status: 'fail',
        title: 'container web',
        hint: expect.stringMatching(/^run docker compose .* up -d --no-deps web$/),
      },
    ],
    [
      'a service of an adopted project that a plain up has made',
      checkCurrentContainers,
      {
        subject: {
          configHashes: new Map([
            ['web', 'hash of web'],
            ['pgbouncer', 'hash of pgbouncer'],
          ]),
          stack: { ...STACK, adopted: ADOPTED },
          project: adoptedProject('ecar', ADOPTED, '.', 'pgbouncer'),
        },
        containers: [container('web', { labels: new Map() }), container('pgbouncer')],
      },
      {
        status: 'fail',
        observed: 'web runs without docker-compose.pgbouncer.yml',
        cause: 'A plain `docker compose up` does not take docker-compose.pgbouncer.yml',
        hint: expect.stringMatching(
          /^run docker compose .*-f docker-compose\.pgbouncer\.yml up -d --no-deps pgbouncer web; .* ecar-pool render --env prod --set-compose-file$/,
        ),
      },
    ],
    ['no container', checkCurrentContainers, { containers: [] }, { status: 'skip' }],
    [
      'a port that is not published',
      checkPort,
      { containers: [container('pgbouncer', { ports: [] })] },
      { status: 'fail', observed: 'no port is published', expected: '127.0.0.1:6432->6432' },
    ],
    [
      'a port that is open to the world',
      checkPort,
      {
        containers: [
          container('pgbouncer', { ports: [{ address: '0.0.0.0', published: 6432, target: 6432 }] }),
        ],
      },
      { status: 'fail', observed: '0.0.0.0:6432->6432' },
    ],
    [
      'a folder that was deleted under its mount',
      checkMountedFiles,
      { files: new Map() },
      {
        status: 'fail',
        observed: 'the container sees no pgbouncer.ini, the container sees no userlist.txt',
        hint: `run docker compose -f ${FILE} up -d --wait --force-recreate pgbouncer postgres`,
      },
    ],
    [
      'a folder that was replaced under its mount, beside a Postgres that others run',
      checkMountedFiles,
      { files: new Map([...FILES, ['userlist.txt', '0'.repeat(64)]]), subject: { stack: external } },
      {
        status: 'fail',
        observed: 'the container sees another userlist.txt',
        hint: `run docker compose -f ${FILE} up -d --wait --force-recreate pgbouncer`,
      },
    ],
    [
      'files that lie on the disk as an earlier render left them, and that the container sees so',
      checkMountedFiles,
      {
        subject: { changes: [{ ...change('update', 'pgbouncer/userlist.txt'), before: 'old' }] },
        files: new Map([['userlist.txt', createHash('sha256').update('old').digest('hex')]]),
      },
      { status: 'ok' },
    ],
    [
      'an ini with the log file that the container does not see',
      checkMountedFiles,
      { subject: { changes: [{ ...change('update', 'pgbouncer/with-log.ini'), before: 'log' }] } },
      { status: 'fail', observed: 'the container sees no with-log.ini' },
    ],
    [
      'copies of files that settings name, seen otherwise',
      checkMountedFiles,
      {
        subject: {
          changes: ['pgbouncer/auth_hba.conf', 'pgbouncer/server_tls_ca.pem'].map((path) => ({
            ...change('update', path),
            before: 'as it lies on the disk',
          })),
        },
        files: new Map([['auth_hba.conf', 'another sum']]),
      },
      {
        status: 'fail',
        observed: 'the container sees another auth_hba.conf, the container sees no server_tls_ca.pem',
      },
    ],
    [
      'users that PgBouncer knows, one more among them',
      checkUsers,
      {},
      { status: 'ok', observed: '3 users of userlist.txt are known' },
    ],
    [
      'sizes of users as 1.26 shows them',
      checkUsers,
      {
        subject: {
          stack: {
            ...STACK,
            users: STACK.users
              .slice(0, 1)
              .map((user) => ({ ...user, settings: new Map([['pool_size', '7']]) })),
          },
        },
        tables: { users: [{ name: STACK.users[0]?.name ?? '', pool_size: '        7' }] },
      },
      { status: 'ok' },
    ],
    [
      'users of whom PgBouncer reads nothing',
      checkUsers,
      {
        subject: { stack: { ...STACK, pgbouncer: { ...STACK.pgbouncer, auth_type: 'any' } } },
        tables: { users: [{ name: 'ecar_user' }] },
      },
      { status: 'skip', observed: 'because under auth_type any PgBouncer does not read userlist.txt' },
    ],
    [
      'users that it has not read yet, or otherwise',
      checkUsers,
      {
        subject: {
          stack: {
            ...STACK,
            users: STACK.users.map((user) => ({
              ...user,
              settings: new Map([
                ['pool_mode', 'session'],
                ['pool_size', '7'],
              ]),
            })),
          },
        },
        tables: {
          users: [
            { name: 'ecar_user', pool_mode: 'session', pool_size: '8' },
            { name: 'boss', pool_mode: null },
          ],
        },
      },
      {
        status: 'fail',
        observed:
          'ecar_user: pool_size is 8, rendered 7; stats is missing; boss: pool_mode is empty, rendered session',
        hint: `run docker compose -f ${FILE} kill -s HUP pgbouncer`,
      },
    ],
    [
      'an image without sha256sum',
      checkMountedFiles,
      { files: undefined },
      { status: 'skip', observed: 'because the image of pgbouncer has no sha256sum' },
    ],
    [
      'a console that refuses',
      checkConsole,
      { tables: { version: undefined }, console: failed('FATAL:  not allowed') },
      {
        status: 'fail',
        observed: 'boss: FATAL: not allowed',
        cause: 'The running PgBouncer has this user neither in admin_users nor in stats_users',
      },
    ],
    [
      'a console whose container does not run',
      checkConsole,
      { containers: [container('pgbouncer', { state: 'restarting' })] },
      { status: 'skip', observed: 'because the pgbouncer container is not running but restarting' },
    ],
    [
      'an exec that docker refuses',
      checkConsole,
      {
        evidence: {
          probe: {
            failure: 'OCI runtime exec failed: exec: "timeout": executable file not found in $PATH',
            ms: 1,
          },
        },
      },
      {
        status: 'fail',
        cause: 'The image of pgbouncer lacks sh, timeout or psql, which verify runs inside it',
      },
    ],
    [
      'another version',
      checkVersion,
      { tables: { version: [{ version: 'PgBouncer 1.24.1' }] } },
      {
        status: 'fail',
        observed: 'PgBouncer 1.24.1',
        expected: '1.25.2',
        hint: "set pgbouncer.version: '1.24.1' in the settings",
      },
    ],
    [
      'any patch level where the settings leave it open',
      checkVersion,
      {
        subject: {
          stack: {
            ...STACK,
            pgbouncer: { ...STACK.pgbouncer, version: { major: 1, minor: 25, patch: undefined } },
          },
        },
      },
      { status: 'ok' },
    ],
    [
      'a setting that a reload applies',
      checkConfig,
      { subject: { settings: new Map([['pool_mode', 'session']]) } },
      {
        status: 'fail',
        observed: 'pool_mode is transaction, rendered session',
        hint: `run docker compose -f ${FILE} kill -s HUP pgbouncer`,
      },
    ],
    [
      'a setting that a restart applies',
      checkConfig,
      { subject: { settings: new Map([['listen_port', '7777']]) } },
      {
        status: 'fail',
        observed: 'listen_port is 6432, rendered 7777 (restart)',
        hint: `run docker compose -f ${FILE} restart pgbouncer`,
      },
    ],
    [
      'a setting that the container is too old for',
      checkConfig,
      {
        subject: {
          settings: new Map([['listen_port', '7777']]),
          configHashes: new Map([['pgbouncer', 'new']]),
        },
      },
      { status: 'fail', hint: `run docker compose -f ${FILE} up -d --wait` },
    ],
    [
      'a setting that the release does not know',
      checkConfig,
      { subject: { settings: new Map([['peer_id', '3']]) } },
      { status: 'fail', observed: 'peer_id is unknown to it, rendered 3' },
    ],
    [
      'an entry that is missing and one that leads elsewhere',
      checkDatabases,
      { tables: { databases: [{ ...TABLES['databases']?.[1], host: 'other' }] } },
      { status: 'fail', observed: 'ecar_db is missing; ecar_admin: host is other, rendered postgres' },
    ],
    [
      'an entry that the settings have dropped',
      checkDatabases,
      {
        tables: { databases: [...(TABLES['databases'] ?? []), { name: 'pgbouncer' }, { name: 'old_name' }] },
      },
      { status: 'fail', observed: 'old_name is still there' },
    ],
    [
      'entries that PgBouncer has made for every other name',
      checkDatabases,
      {
        subject: {
          stack: { ...STACK, databases: [...STACK.databases, { ...STACK.databases[0]!, name: '*' }] },
        },
        tables: { databases: [...(TABLES['databases'] ?? []), { name: 'any_name' }] },
      },
      { status: 'ok', observed: 'ecar_db, ecar_admin, * as rendered' },
    ],
    [
      'the column that 1.24 renamed',
      checkDatabases,
      {
        tables: {
          databases: TABLES['databases']?.map(({ reserve_pool_size: _, ...row }) => ({
            ...row,
            reserve_pool: '3',
          })),
        },
      },
      { status: 'fail', observed: 'ecar_admin: reserve_pool_size is 3, rendered 10' },
    ],
    [
      'PAUSE',
      checkStandstill,
      { tables: { state: [{ key: 'paused', value: 'yes' }] } },
      {
        status: 'fail',
        observed: 'PgBouncer is paused',
        hint: `run docker compose -f ${FILE} exec pgbouncer psql -X -h 127.0.0.1 -p 6432 -U boss -d pgbouncer -c RESUME; psql asks for the password of the admin`,
      },
    ],
    [
      'PAUSE where the settings have no admin',
      checkStandstill,
      {
        subject: { stack: { ...STACK, users: STACK.users.filter(({ roles }) => !roles.includes('admin')) } },
        tables: { state: [{ key: 'paused', value: 'yes' }] },
      },
      {
        hint: `run docker compose -f ${FILE} restart pgbouncer: the settings have no admin who may run RESUME`,
      },
    ],
    [
      'PAUSE and DISABLE of an entry before 1.19, which has no SHOW STATE',
      checkStandstill,
      {
        tables: {
          state: undefined,
          databases: [
            { name: 'a', paused: '1', disabled: '0' },
            { name: 'B "b"', paused: '0', disabled: '1' },
          ],
        },
      },
      {
        status: 'fail',
        observed: 'a is paused, B "b" is disabled',
        hint: `run docker compose -f ${FILE} exec pgbouncer psql -X -h 127.0.0.1 -p 6432 -U boss -d pgbouncer -c 'RESUME a' -c 'ENABLE "B ""b"""'; psql asks for the password of the admin`,
      },
    ],
    [
      'clients that wait',
      checkPools,
      { tables: { pools: [{ database: 'a', cl_active: '5', cl_waiting: '2', maxwait: '9' }] } },
      { status: 'ok', observed: '1 pool, 5 clients, 2 waiting, the longest 9 s' },
    ],
    [
      'a wrong password that gets in',
      checkWrongPassword,
      { logins: { 3: passed('1|0') } },
      { status: 'fail', cause: 'PgBouncer does not check passwords' },
    ],
    [
      'one that the first rule lets in which is for it',
      checkWrongPassword,
      {
        subject: withRules('host all boss 127.0.0.1/32 md5', 'host all all 127.0.0.0/8 trust'),
        logins: { 3: passed('1|0') },
      },
      { status: 'skip', observed: expect.stringContaining('asks for no password (trust)') },
    ],
    [
      'one that rules let in of which those for it ask for a password',
      checkWrongPassword,
      {
        subject: withRules(
          ...[
            'host all boss 127.0.0.1/32 trust',
            'host all all 10.0.0.0/8 trust',
            'hostssl all all all cert',
          ],
          ...['host all all all md5', 'host all all all trust'],
        ),
        logins: { 3: passed('1|0') },
      },
      { status: 'fail', hint: expect.stringContaining('correct the rules') },
    ],
    [
      'one that lines let in which nobody can tell',
      checkWrongPassword,
      {
        subject: withRules('host all @names 127.0.0.1/32 trust', 'host all all all md5'),
        logins: { 3: passed('1|0') },
      },
      { status: 'skip', observed: expect.stringContaining('only PgBouncer understands') },
    ],
    [
      'a wrong password under SCRAM',
      checkWrongPassword,
      { logins: { 3: failed('FATAL:  SASL authentication failed') } },
      { status: 'ok' },
    ],
    [
      'somebody whom no rule lets in, with whatever password',
      checkWrongPassword,
      {
        subject: withRules('host all all 10.0.0.0/8 md5'),
        logins: { 3: failed('FATAL:  no authentication method is found') },
      },
      { status: 'ok' },
    ],
    [
      'one that only ran out of time',
      checkWrongPassword,
      { logins: { 3: silent } },
      { status: 'fail', observed: 'no answer within 7 s' },
    ],
    [
      'one that Postgres refused',
      checkWrongPassword,
      { logins: { 3: failed('FATAL:  password authentication failed for user "ecar_user"') } },
      { status: 'fail' },
    ],
    [
      'one for an entry that is missing',
      checkWrongPassword,
      { logins: { 3: failed('FATAL:  no such database: ecar_db') } },
      { status: 'fail' },
    ],
    ['one that was not tried', checkWrongPassword, { logins: { 3: undefined } }, { status: 'fail' }],
  ])('must judge %s', (_, check, difference, expected) => {
    expect(rowOf(check, difference)).toMatchObject(expected);
  });

  it.each([
    ['restarting', { state: 'restarting', health: '' }, { status: 'fail', observed: 'restarting' }],
    ['unhealthy', { health: 'unhealthy' }, { status: 'fail', observed: 'running, unhealthy' }],
    ['starting', { health: 'starting' }, { status: 'fail', transient: true }],
    [
      'exited',
      { state: 'exited', health: '', exitCode: 1 },
      { status: 'fail', observed: 'exited with code 1' },
    ],
    ['without a health check', { health: '' }, { status: 'ok', observed: 'running' }],
  ])('must judge a container that is %s', (_, other, expected) => {
    const rows = checkContainers(
      scene({ containers: [container('postgres', other), container('pgbouncer')] }),
    );
    expect(rows[0]).toMatchObject({ id: 'container:ecar_postgres', ...expected });
  });

  it('must miss a service without a container, and let a job of the project end', () => {
    const job = container('report', { state: 'exited', health: '', exitCode: 0, labels: new Map() });
    const rows = checkContainers(scene({ containers: [container('pgbouncer'), job] }));
    expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'container:postgres fail',
      'container:ecar_pgbouncer ok',
      'container:ecar_report ok',
    ]);
  });

  it('must say what Compose said where it could not look', () => {
    const rows = checkContainers(
      scene({ evidence: { containers: { failure: 'yaml: line 3: apple', ms: 1 } } }),
    );
    expect(rows).toMatchObject([{ id: 'containers', status: 'fail', observed: 'yaml: line 3: [redacted]' }]);
  });

  it('must tell the reason of a crash loop from the log', () => {
    const log = [
      '2026-11-23 09:00:00.000 UTC [1] ERROR broken auth file',
      '2026-11-23 09:00:00.100 UTC [1] LOG got SIGINT, shutting down',
      '2026-11-23 09:00:00.200 UTC [1] LOG server connections dropped, exiting',
      '2026-11-23 09:16:21.078 UTC [1] ERROR invalid value "apple" for parameter pool_mode in configuration (x.ini:12)',
      '2026-11-23 09:16:21.079 UTC [1] FATAL cannot load config file',
    ].join('\n');
    const containers = [container('postgres'), container('pgbouncer', { state: 'restarting', health: '' })];
    const rows = checkContainers(scene({ containers, evidence: { aftermath: { ...NO_AFTERMATH, log } } }));
    expect(rows[1]?.cause).toBe(
      'PgBouncer cannot read its pgbouncer.ini and does not start (ERROR invalid value "[redacted]" for parameter pool_mode in configuration (x.ini:12))',
    );
  });
});

describe('logins', () => {
  it('must skip with a reason where nothing could be run, and fail what was not answered', () => {
    const unseen = scene({ evidence: { probe: { failure: 'service "pgbouncer" is not running', ms: 1 } } });
    expect(checkLogins(unseen)[0]).toMatchObject({
      status: 'skip',
      observed: 'because nothing could be run in the pgbouncer container',
    });
    expect(checkLogins(scene({ logins: { 1: undefined } }))[1]).toMatchObject({ status: 'fail' });
  });

  it.each<[string, Difference, string]>([
    [
      'a paused PgBouncer',
      { tables: { state: [{ key: 'paused', value: 'yes' }] } },
      'The pool is paused, and its clients wait',
    ],
    [
      'a Postgres of the stack that is down',
      { containers: [container('postgres', { state: 'exited' }), container('pgbouncer')] },
      'Postgres is not up, and PgBouncer makes its clients wait for it',
    ],
    [
      'a Postgres elsewhere',
      { subject: { stack: external } },
      'PgBouncer had no server connection to give: Postgres does not answer it, or its pool is used up',
    ],
  ])('must explain silence by %s', (_, difference, cause) => {
    for (const login of [silent, failed('timeout expired')]) {
      const [row] = checkLogins(scene({ ...difference, logins: { ...LOGINS, 0: login } }));
      expect(row).toMatchObject({ status: 'fail', cause });
    }
  });

  it.each([
    [
      STACK,
      `docker compose -f ${FILE} exec -T postgres psql -X -p 5432 -U postgres -d postgres -f /docker-entrypoint-initdb.d/10-ecar-pool.sql`,
    ],
    [
      external,
      'psql -X -h db.example.com -p 5432 -U postgres -f stack/prod/postgres/alter-roles.sql; where that says that the role does not exist, create it first (CREATE ROLE … LOGIN)',
    ],
    [
      { ...STACK, postgres: { kind: 'external', host: 'host.docker.internal', port: 5432 } } as const,
      'psql -X -h localhost -p 5432 -U postgres -f stack/prod/postgres/alter-roles.sql; where that says that the role does not exist, create it first (CREATE ROLE … LOGIN)',
    ],
  ])('must name the command that brings the roles in line', (stack, command) => {
    const [row] = checkLogins(scene({ subject: { stack }, logins: { 0: refused } }));
    expect(row?.hint).toBe(`bring the role in line with the settings: ${command}`);
  });

  it.each([
    ['FATAL:  server login failed: wrong password type', /auth_type: scram-sha-256/],
    ['FATAL:  role "ecar_user" does not exist', /^create it there \(CREATE ROLE/],
    ['FATAL:  database "ecar_db" does not exist', /^correct `dbname`.*create the database there/],
    ['FATAL:  server login has been failing, cached error: connect failed', /`postgres\.host`/],
    ['FATAL:  DNS lookup failed', /`postgres\.host`/],
    ['FATAL:  connect timeout', /firewall/],
  ])(
    'must not send to a server of others what only the own one knows, nor the other way round: %s',
    (said, hint) => {
      const hintFor = (stack: typeof STACK) =>
        checkLogins(scene({ subject: { stack }, logins: { 0: failed(said) } }))[0]?.hint;
      expect(hintFor(external)).toMatch(hint);
      expect(hintFor(STACK)).not.toMatch(hint);
      expect(hintFor(STACK)).not.toMatch(/`postgres\.(?:host|port)`/);
      expect(hintFor(external)).not.toMatch(/docker compose .* (?:up|logs|exec)/);
    },
  );

  it.each([
    [
      { major: 1, minor: 25, patch: 2 },
      /^let userlist\.txt hold the password .*; or update PgBouncer to 1\.26\.1 or later$/,
    ],
    [{ major: 1, minor: 26, patch: 1 }, /^let userlist\.txt hold the password (?!.*update PgBouncer)/],
  ])('must offer a newer PgBouncer only where that helps: %o', (version, hint) => {
    const stack = { ...STACK, pgbouncer: { ...STACK.pgbouncer, version } };
    const said = failed('FATAL:  server login failed: wrong password type');
    const log =
      '2026-11-23 09:00:02.000 UTC [1] ERROR S-0x1: ecar_db/ecar_user@172.23.0.3:5432 cannot do SCRAM authentication: did not provide SCRAM keys';
    const evidence = { aftermath: { ...NO_AFTERMATH, log } };
    const [row] = checkLogins(scene({ subject: { stack }, logins: { 0: said }, evidence }));
    expect(row?.hint).toMatch(hint);
  });

  it('must offer SCRAM first for an md5 hash that a server of others does not take', () => {
    const log =
      '2026-11-23 09:00:02.000 UTC [1] ERROR S-0x1: ecar_db/ecar_user@172.23.0.3:5432 cannot do SCRAM authentication: wrong password type';
    const [row] = checkLogins(
      scene({
        subject: { stack: external },
        logins: { 0: failed('FATAL:  server login failed: wrong password type') },
        evidence: { aftermath: { ...NO_AFTERMATH, log } },
      }),
    );
    expect(row?.cause).toMatch(/pg_hba\.conf demands scram-sha-256.*or the role has a SCRAM verifier/);
    expect(row?.hint).toMatch(
      /^set pgbouncer\.auth_type: scram-sha-256, .*; then run ecar-pool render --env prod, and the commands that it names; .* psql /,
    );
  });

  it.each([
    ['1|0', 0, {}, 'SELECT 1 answered by Postgres'],
    [
      '1|0',
      3,
      {},
      'SELECT 1 answered by Postgres, 3 s after PgBouncer had repeated an error of before (server_login_retry)',
    ],
    [
      '1|340',
      0,
      { 0: passed('1|0') },
      'SELECT 1 answered by Postgres over a server connection that is 340 s old; Postgres lets the role in anew, too',
    ],
    [
      '1|340',
      0,
      { 0: failed('FATAL:  connection requires a valid client certificate') },
      'SELECT 1 answered by Postgres over a server connection that is 340 s old; a new one was not proved',
    ],
  ])('must tell how the answer came: %s after %d s', (said, waited, servers, observed) => {
    const [row] = checkLogins(scene({ logins: { 0: passed(said, waited) }, servers }));
    expect(row).toMatchObject({ status: 'ok', observed });
  });

  it.each([
    ['FATAL:  password authentication failed for user "ecar_user"', /^Postgres refused/],
    [
      'authentication method requirement "md5,none" failed: server requested SASL authentication',
      /and Postgres asks for SCRAM/,
    ],
    ['FATAL:  role "ecar_user" is not permitted to log in', /may not log in/],
  ])('must fail a pool that only lives on what it opened before: %s', (said, cause) => {
    const [row] = checkLogins(scene({ logins: { 0: passed('1|340') }, servers: { 0: failed(said) } }));
    expect(row?.status).toBe('fail');
    expect(row?.observed).toMatch(/^a new login at Postgres fails: .* still answers over .* 340 s old$/);
    expect(row?.cause).toMatch(cause);
  });

  it('must say that PgBouncer keeps an error where that was not waited out', () => {
    const error =
      'FATAL:  server login has been failing, cached error: role "x" does not exist (server_login_retry)';
    const hint = (retry: string) => {
      const pgbouncer = { ...STACK.pgbouncer, settings: new Map([['server_login_retry', retry]]) };
      const subject = { stack: { ...STACK, pgbouncer } };
      return checkLogins(scene({ subject, logins: { 0: failed(error) } }))[0]?.hint;
    };
    expect(hint('120')).toMatch(/PgBouncer repeats the error until server_login_retry is over$/);
    expect(hint('2')).not.toContain('server_login_retry');
  });

  it('must give a login the time in which PgBouncer makes it wait before it tries Postgres again', () => {
    const inquiry = (retry: string, seconds: number) => {
      const pgbouncer = { ...STACK.pgbouncer, settings: new Map([['server_login_retry', retry]]) };
      return planInquiry({ ...STACK, pgbouncer }, new Secret('x', 'test'), seconds);
    };
    expect(inquiry('2', 2)).toMatchObject({ patience: 3, seconds: 4 });
    expect(inquiry('0.5', 6)).toMatchObject({ patience: 2, seconds: 6 });
    expect(inquiry('15', 6)).toMatchObject({ patience: 16, seconds: 17 });
    expect(inquiry('15', 2)).toMatchObject({ patience: 0, seconds: 2 });
  });

  it('must leave the roles behind an adopted project to those who know its password', () => {
    const adopted = { ...ADOPTED, services: [] };
    const postgres = { kind: 'service' as const, host: 'db', port: 5432 };
    // Which the application is makes no difference: the role whose login fails is the one to be mended.
    const stack = { ...STACK, adopted, postgres, client: { ...STACK.client, user: 'another' } };
    const project = adoptedProject('ecar', adopted, '.', 'pgbouncer');
    const [row] = checkLogins(scene({ subject: { stack, project }, logins: { 0: refused } }));
    expect(row?.hint).toBe(
      'correct the password that the settings name, run ecar-pool render --env prod, then ' +
        'docker compose -f compose.yaml -f docker-compose.pgbouncer.yml kill -s HUP pgbouncer; or give the role that password: ' +
        String.raw`docker compose -f compose.yaml -f docker-compose.pgbouncer.yml exec db psql -X -p 5432 -U ecar_user -d postgres -c '\password "ecar_user"'`,
    );
  });

  it("must quote a folder in that command, `$'` and all", () => {
    const directory = "a b$'";
    const project = ownProject('ecar', directory);
    const [row] = checkLogins(scene({ subject: { stack: external, project }, logins: { 0: refused } }));
    expect(row?.hint).toContain(String.raw`-f 'a b$'\''/postgres/alter-roles.sql'`);
  });

  it.each([
    [failed('FATAL:  permission denied for database "ecar_db"'), { status: 'ok' }],
    [
      failed('FATAL:  no authentication method is found'),
      { status: 'ok', observed: "other is refused ecar_db by PgBouncer's rules (auth_type: hba)" },
    ],
    [
      LOGINS[0],
      {
        status: 'fail',
        observed: 'other got into ecar_db, which does not list it',
        expected: 'refused by Postgres',
      },
    ],
    [refused, { status: 'fail', expected: 'refused by Postgres' }],
    [silent, { status: 'fail', observed: 'no answer within 7 s' }],
    [undefined, { status: 'fail', observed: 'not answered within the time limit' }],
  ])('must see whether Postgres keeps a user out of a database of others', (login, row) => {
    const stack = { ...STACK, users: [...STACK.users, { ...STACK.users[0]!, name: 'other' }] };
    const difference = { subject: { stack }, logins: { 4: login } };
    expect(scene(difference).evidence.inquiry.trespasser).toMatchObject({
      user: 'other',
      database: 'ecar_db',
    });
    expect(rowOf(checkOthersDatabase, difference)).toMatchObject(row);
  });

  it.each([
    ['of others, whose server decides', external],
    ['that is open to everyone', { ...STACK, databases: [{ ...STACK.databases[0]!, dbname: 'postgres' }] }],
  ])('must try nobody on a database %s', (_, base) => {
    const stack = { ...base, users: [...STACK.users, { ...STACK.users[0]!, name: 'other' }] };
    expect(checkOthersDatabase(scene({ subject: { stack } }))).toEqual([]);
  });

  const asking = (...settings: readonly (readonly [string, string])[]): Stack => ({
    ...STACK,
    pgbouncer: { ...STACK.pgbouncer, settings: new Map([['auth_user', 'ecar_user'], ...settings]) },
  });

  it.each<[string, string, string | undefined]>([
    ['ERROR:  schema "ecar_pool" does not exist', 'The auth_query fails', '10-ecar-pool.sql'],
    ['FATAL:  role "ecar_user" is not permitted to log in', 'may not log in', undefined],
  ])('must tell why Postgres does not answer about users: %s', (said, cause, fix) => {
    const stack = asking(['auth_query', 'SELECT a, b FROM f($1);']);
    const inquiry = planInquiry(stack, new Secret('made-up', 'test'), 6);
    expect(inquiry.lookups).toHaveLength(1);
    expect(inquiry.lookups[0]).toMatchObject({
      ...{ user: 'ecar_user', database: 'ecar_db' },
      statement: "SELECT 1 FROM (SELECT a, b FROM f('ecar_user')) AS found (name, password)",
    });
    const at = listLogins(inquiry).length;
    const row = rowOf(checkLookups, { subject: { stack }, servers: { [at]: failed(said) } });
    expect(row).toMatchObject({ status: 'fail', cause: expect.stringContaining(cause) });
    if (fix !== undefined) expect(row.hint).toContain(fix);
    expect(rowOf(checkLookups, { subject: { stack }, servers: { [at]: passed('1') } }).status).toBe('ok');
    expect(checkLookups(scene())).toEqual([]);
  });

  it('must ask what PgBouncer asks by itself where nobody says otherwise', () => {
    const [lookup] = planInquiry(asking(), new Secret('made-up', 'test'), 6).lookups;
    expect(lookup?.statement).toContain("FROM pg_authid WHERE rolname='ecar_user' AND rolcanlogin");
  });

  it('must show no secret that a server quotes', () => {
    const [row] = checkLogins(scene({ logins: { 0: failed('FATAL:  odd "apple"') } }));
    expect(row?.observed).toBe('FATAL: odd "[redacted]"');
  });
});
