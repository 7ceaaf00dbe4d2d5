import { describe, expect, it } from 'vitest';
import { Findings } from '../../src/settings/finding.ts';
import { explainWeakness } from '../../src/settings/rules/passwords.ts';
import { checkTraps } from '../../src/settings/rules/traps.ts';
import { treeOf } from '../settings/support.ts';
import { APP, codesOf, inspect, type Parts, POSTGRES, settingsWith } from './support.ts';

const image = (version: string) => `image: 'edoburu/pgbouncer:v${version}-p0@sha256:${'a'.repeat(64)}'`;
const django = (environment = '{}') =>
  `app: { image: 'example.com/app:1@sha256:${'b'.repeat(64)}', environment: ${environment} }`;
const SESSION =
  'ecar_db: { users: [ecar_user] }\n  ecar_admin: { dbname: ecar_db, users: [ecar_user], pool_mode: session, pool_size: 5 }';

/** Each code with settings in which it fires, and the nearest ones in which it must not. */
const WITHIN = '{ address: 127.0.0.1/32, method: md5 }';

/** Rules by which somebody may be shut out, and such as let everybody in. */
const SHUT_OUT = [
  [
    `${WITHIN}, { address: 10.0.0.0/8, method: md5 }`,
    `${WITHIN}, { address: 172.16.0.0/12, method: md5 }, { address: 192.168.0.0/16, method: md5 }`,
  ],
  [
    `${WITHIN}, { address: 172.16.0.0/12, method: md5 }`,
    `${WITHIN}, { address: 0.0.0.0/1, method: md5 }, { address: 128.0.0.0/1, method: md5 }`,
  ],
  // A reject of a network that may be the one, and of what is less than that.
  [
    '{ address: 172.20.0.0/16, method: reject }, { method: md5 }',
    '{ address: 172.20.0.0/24, method: reject }, { method: md5 }',
  ],
  [
    '{ address: 0.0.0.0/0, method: reject }, { method: md5 }',
    '{ address: 10.0.0.0/8, method: reject }, { method: md5 }',
  ],
  [
    '{ user: ecar_user, address: 172.16.0.0/12, method: reject }, { method: md5 }',
    '{ user: pgbouncer, address: 172.16.0.0/12, method: reject }, { method: md5 }',
  ],
] as const;

/** The console from the container alone, and somebody who watches. */
const CONSOLE_KEPT = {
  pgbouncer:
    'auth_type: hba, hba: [{ database: pgbouncer, address: 127.0.0.1/32, method: md5 }, { database: pgbouncer, method: reject }, { method: md5 }]',
  users:
    'ecar_user: { password: { env: DB_PASSWORD } }\n  stats: { password: { env: DB_PASSWORD }, role: stats }',
};

const ASKED = (auth_type: string): Parts => ({ pgbouncer: `auth_user: ecar_user, auth_type: ${auth_type}` });

const CASES: readonly (readonly [code: string, fires: Parts, silent: Parts])[] = [
  [
    'over-budget',
    { postgres: `${POSTGRES}, max_connections: 27` },
    { postgres: `${POSTGRES}, max_connections: 28` },
  ],
  [
    'over-budget',
    { pgbouncer: 'default_pool_size: 83, reserve_pool_size: 10' },
    { pgbouncer: 'default_pool_size: 83, reserve_pool_size: 9' },
  ],
  [
    'unlimited-pool',
    { pgbouncer: 'default_pool_size: 0' },
    { pgbouncer: 'default_pool_size: 0, max_db_connections: 20' },
  ],
  [
    'pool-over-cap',
    { pgbouncer: 'max_db_connections: 24, reserve_pool_size: 5' },
    { pgbouncer: 'max_db_connections: 25, reserve_pool_size: 5' },
  ],
  ['uncounted-pools', { pgbouncer: 'auth_user: ecar_user' }, {}],
  ['pool-over-clients', { pgbouncer: 'max_client_conn: 19' }, { pgbouncer: 'max_client_conn: 20' }],
  ['min-pool-size', { pgbouncer: 'min_pool_size: 21' }, { pgbouncer: 'min_pool_size: 20' }],
  [
    'min-pool-size',
    { databases: 'ecar_db: { users: [ecar_user], pool_size: 3 }', pgbouncer: 'min_pool_size: 4' },
    {
      databases: 'ecar_db: { users: [ecar_user], pool_size: 3, min_pool_size: 3 }',
      pgbouncer: 'min_pool_size: 4',
    },
  ],
  [
    'reserve-off',
    { pgbouncer: 'reserve_pool_size: 5, reserve_pool_timeout: 0' },
    { pgbouncer: 'reserve_pool_size: 0, reserve_pool_timeout: 0' },
  ],
  ['server-login-retry', { pgbouncer: 'server_login_retry: 15' }, { pgbouncer: 'server_login_retry: 5' }],
  [
    'prepared-statements',
    { pgbouncer: 'max_prepared_statements: 0' },
    { pgbouncer: 'max_prepared_statements: 1' },
  ],
  [
    'prepared-statements',
    { pgbouncer: image('1.20.1') },
    { pgbouncer: `${image('1.20.1')}, pool_mode: session` },
  ],
  [
    'server-side-cursors',
    { databases: SESSION, more: django('{ DISABLE_SERVER_SIDE_CURSORS: 0 }') },
    { databases: SESSION, more: django('{ DISABLE_SERVER_SIDE_CURSORS: 1 }') },
  ],
  [
    'server-side-cursors',
    { databases: SESSION, more: django('{ DISABLE_SERVER_SIDE_CURSORS: false }') },
    { pgbouncer: 'pool_mode: session', more: django('{ DISABLE_SERVER_SIDE_CURSORS: false }') },
  ],
  [
    'conn-max-age',
    { databases: SESSION, more: django('{ CONN_MAX_AGE: 60 }') },
    { databases: SESSION, more: django('{ CONN_MAX_AGE: 0 }') },
  ],
  ['no-session-entry', { more: django() }, { databases: SESSION, more: django() }],
  [
    'statement-mode',
    { databases: SESSION, pgbouncer: 'pool_mode: statement', more: django() },
    { databases: SESSION, more: django() },
  ],
  [
    'reset-query-unused',
    { pgbouncer: 'server_reset_query: DISCARD ALL' },
    { databases: SESSION, pgbouncer: 'server_reset_query: DISCARD ALL' },
  ],
  [
    'reset-query-unused',
    { pgbouncer: 'server_reset_query: DISCARD ALL' },
    { pgbouncer: 'server_reset_query: DISCARD ALL, server_reset_query_always: 1' },
  ],
  [
    'server-check-query',
    { pgbouncer: 'server_check_query: SELECT 1' },
    { pgbouncer: 'server_check_delay: 10' },
  ],
  ['open-port', { pgbouncer: 'bind: 0.0.0.0' }, { pgbouncer: 'bind: 127.0.0.2' }],
  ['open-port', { pgbouncer: "bind: '::'" }, { pgbouncer: "bind: '::1'" }],
  [
    'open-port',
    {
      users:
        'ecar_user: { password: { env: DB_PASSWORD } }\n  stats: { password: { env: DB_PASSWORD }, role: stats }',
      more: 'monitoring: { prometheus: { bind: 192.0.2.1 } }',
    },
    {
      users:
        'ecar_user: { password: { env: DB_PASSWORD } }\n  stats: { password: { env: DB_PASSWORD }, role: stats }',
      more: 'monitoring: { prometheus: { port: 9091 } }',
    },
  ],
  [
    'md5-deprecated',
    { postgres: POSTGRES.replace('17', '18') },
    { postgres: POSTGRES.replace('17', '18'), pgbouncer: 'auth_type: scram-sha-256' },
  ],
  ['no-passwords', { pgbouncer: 'auth_type: trust' }, { pgbouncer: 'auth_type: scram-sha-256' }],
  [
    'no-passwords',
    { databases: 'ecar_db: { users: [ecar_user], user: ecar_user }', pgbouncer: 'auth_type: any' },
    { databases: 'ecar_db: { users: [ecar_user], user: ecar_user }' },
  ],
  [
    'open-pool',
    { pgbouncer: 'auth_type: trust, bind: 0.0.0.0' },
    { pgbouncer: 'auth_type: trust, bind: 127.0.0.2' },
  ],
  [
    'no-passwords',
    { pgbouncer: 'auth_type: hba, hba: [{ address: 172.16.0.0/12, method: trust }, { method: md5 }]' },
    { pgbouncer: 'auth_type: hba, hba: [{ address: 127.0.0.0/8, method: trust }, { method: md5 }]' },
  ],
  [
    'no-passwords',
    {
      pgbouncer:
        'auth_type: hba, bind: 0.0.0.0, hba: [{ address: 10.0.0.0/8, method: trust }, { method: md5 }]',
    },
    {
      pgbouncer:
        'auth_type: hba, bind: 0.0.0.0, hba: [{ method: md5 }, { address: 10.0.0.0/8, method: trust }]',
    },
  ],
  [
    'open-pool',
    {
      pgbouncer: 'auth_type: hba, bind: 0.0.0.0, hba: [{ user: ecar_user, method: trust }, { method: md5 }]',
    },
    { pgbouncer: 'auth_type: hba, hba: [{ user: ecar_user, method: trust }, { method: md5 }]' },
  ],
  [
    'hba-unreached',
    {
      pgbouncer:
        'auth_type: hba, hba: [{ method: md5 }, { user: ecar_user, address: 10.0.0.0/8, method: reject }]',
    },
    {
      pgbouncer:
        'auth_type: hba, hba: [{ user: ecar_user, address: 10.0.0.0/8, method: reject }, { method: md5 }]',
    },
  ],
  [
    'hba-unreached',
    { pgbouncer: 'auth_type: hba, hba: [{ type: hostssl, method: md5 }, { method: md5 }]' },
    { pgbouncer: 'auth_type: hba, hba: [{ type: hostnossl, method: md5 }, { method: md5 }]' },
  ],
  [
    'hba-unreached',
    {
      pgbouncer:
        'auth_type: hba, client_tls_sslmode: require, hba: [{ type: hostnossl, method: md5 }, { method: md5 }]',
    },
    {
      pgbouncer:
        'auth_type: hba, client_tls_sslmode: allow, hba: [{ type: hostnossl, method: md5 }, { method: md5 }]',
    },
  ],
  // A rule that nobody gets as far as hides no other one.
  [
    'hba-shut-out',
    { pgbouncer: 'auth_type: hba, hba: [{ type: hostssl, method: md5 }]' },
    { pgbouncer: 'auth_type: hba, hba: [{ type: hostssl, method: reject }, { method: md5 }]' },
  ],
  // verify comes by TLS where it may.
  [
    'hba-shut-out',
    { pgbouncer: 'auth_type: hba, client_tls_sslmode: prefer, hba: [{ type: hostnossl, method: md5 }]' },
    { pgbouncer: 'auth_type: hba, client_tls_sslmode: prefer, hba: [{ type: hostssl, method: md5 }]' },
  ],
  [
    'hba-shut-out',
    { pgbouncer: 'auth_type: hba, hba: [{ database: ecar_db, method: scram-sha-256 }]' },
    { pgbouncer: 'auth_type: hba, hba: [{ database: [ecar_db, pgbouncer], method: scram-sha-256 }]' },
  ],
  [
    'hba-shut-out',
    { pgbouncer: 'auth_type: hba, hba: [{ address: 127.0.0.0/8, method: scram-sha-256 }]' },
    { pgbouncer: 'auth_type: hba, hba: [{ address: 0.0.0.0/0, method: scram-sha-256 }]' },
  ],
  // The network of the stack may be wherever Docker takes networks from; `verify` comes from 127.0.0.1.
  ...SHUT_OUT.map(([fires, silent]): [string, Parts, Parts] => [
    'hba-shut-out',
    { pgbouncer: `auth_type: hba, hba: [${fires}]`, more: APP },
    { pgbouncer: `auth_type: hba, hba: [${silent}]`, more: APP },
  ]),
  [
    'hba-shut-out',
    { pgbouncer: `auth_type: hba, hba: [${WITHIN}, { address: 10.0.0.0/8, method: md5 }]`, more: APP },
    {
      pgbouncer: `auth_type: hba, hba: [${WITHIN}, { address: 10.0.0.0/8, method: md5 }]`,
      more: `${APP}\nnetwork: { name: theirs, external: true }`,
    },
  ],
  [
    'hba-shut-out',
    {
      pgbouncer: `auth_type: hba, hba: [${WITHIN}, { address: 10.0.0.0/8, method: reject }]`,
      more: `${APP}\nnetwork: { name: theirs, external: true }`,
    },
    {
      pgbouncer: `auth_type: hba, hba: [${WITHIN}, { address: 10.0.0.0/9, method: reject }, { address: 10.0.0.0/8, method: md5 }]`,
      more: `${APP}\nnetwork: { name: theirs, external: true }`,
    },
  ],
  // The exporter enters the console from the network.
  ['hba-shut-out', { ...CONSOLE_KEPT, more: 'monitoring: { prometheus: { external: true } }' }, CONSOLE_KEPT],
  ['lookup-without-keys', ASKED('trust'), ASKED('scram-sha-256')],
  ['lookup-without-keys', ASKED('trust'), ASKED('trust, auth_query: SELECT 1')],
  [
    'lookup-without-keys',
    ASKED('hba, hba: [{ user: ecar_user, method: md5 }, { method: password }]'),
    ASKED('hba, hba: [{ user: ecar_user, method: password }, { method: md5 }]'),
  ],
  // Whoever comes, PgBouncer goes on as the user of the entry.
  [
    'lookup-without-keys',
    { ...ASKED('trust'), databases: 'ecar_db: { users: [ecar_user], auth_user: ecar_user }' },
    { ...ASKED('trust'), databases: 'ecar_db: { users: [ecar_user], user: ecar_user }' },
  ],
  ['image-digest', { pgbouncer: 'image: edoburu/pgbouncer:v1.26.1-p0' }, {}],
  ['image-digest', { postgres: 'image: postgres:17' }, {}],
  ['weak-password', { password: 'your_secure_password' }, { password: 'your-rowan-and-my-oak' }],
  [
    'cve-2026-107350',
    { pgbouncer: `${image('1.26.0')}, auth_type: scram-sha-256` },
    { pgbouncer: image('1.26.0') },
  ],
  [
    'cve-2026-107350',
    { pgbouncer: `${image('1.26.0')}, auth_type: scram-sha-256` },
    { pgbouncer: `${image('1.26.1')}, auth_type: scram-sha-256` },
  ],
  [
    'cve-2026-107349',
    { pgbouncer: `${image('1.25.2')}, ignore_startup_parameters: extra_float_digits` },
    { pgbouncer: `${image('1.25.2')}, ignore_startup_parameters: 'extra_float_digits, options'` },
  ],
  [
    'cve-2026-107349',
    { pgbouncer: `${image('1.20.0')}, ignore_startup_parameters: extra_float_digits` },
    { pgbouncer: `${image('1.19.1')}, ignore_startup_parameters: extra_float_digits` },
  ],
  [
    'shared-secret',
    { users: 'ecar_user: { password: { env: ADMIN_PASSWORD } }' },
    { users: 'ecar_user: { password: { env: OTHER_PASSWORD } }' },
  ],
  [
    'shared-secret',
    { users: 'ecar_user: { password: { env: SUPERUSER_PASSWORD } }' },
    // An entry names the place of its user, and the application what it needs.
    {
      databases: 'ecar_db: { users: [ecar_user], user: ecar_user, password: { env: DB_PASSWORD } }',
      more: django('{ DATABASE_PASSWORD: { env: DB_PASSWORD } }'),
    },
  ],
  ['cve-2026-6668', { pgbouncer: image('1.25.2') }, { pgbouncer: image('1.26.0') }],
  // A tag that leaves the patch level open may be any of them.
  [
    'cve-2026-107350',
    { pgbouncer: `${image('1.26')}, auth_type: scram-sha-256` },
    { pgbouncer: image('1.26') },
  ],
  [
    'cve-2026-19888',
    { pgbouncer: `${image('1.25.2')}, auth_type: scram-sha-256` },
    { pgbouncer: image('1.25.2') },
  ],
  [
    'cve-2026-6664',
    { pgbouncer: `${image('1.25.1')}, auth_type: scram-sha-256` },
    { pgbouncer: image('1.25.1') },
  ],
  [
    'cve-2026-6665',
    { pgbouncer: `${image('1.25.1')}, auth_type: scram-sha-256` },
    { pgbouncer: image('1.25.1') },
  ],
  [
    'cve-2026-6669',
    { pgbouncer: `${image('1.25.1')}, auth_type: scram-sha-256` },
    { pgbouncer: image('1.25.1') },
  ],
  ['cve-2026-6666', { pgbouncer: image('1.25.1') }, { pgbouncer: image('1.25.2') }],
  [
    'cve-2026-6667',
    {
      users:
        'ecar_user: { password: { env: DB_PASSWORD } }\n  stats: { password: { env: DB_PASSWORD }, role: stats }',
      pgbouncer: image('1.25.1'),
    },
    { pgbouncer: image('1.25.1') },
  ],
];

describe('check', () => {
  it('must find nothing where there is nothing', async () => {
    expect(await codesOf({})).toEqual([]);
  });

  it.each(CASES)('must find %s, and not next to it (case %#)', async (code, fires, silent) => {
    expect(await codesOf(fires)).toContain(code);
    expect(await codesOf(silent)).not.toContain(code);
  });

  it("must not hold the pools against a server of someone else's, unless it knows what that has", async () => {
    const pgbouncer = 'default_pool_size: 500, max_client_conn: 1000';
    const text = async (postgres: string) => {
      const settings = settingsWith({ pgbouncer }).replace(/^postgres: .*$/m, `postgres: { ${postgres} }`);
      return (await inspect(settings)).problems.map(({ code }) => code);
    };
    expect(await text('host: db.example.com')).toEqual([]);
    expect(await text('host: db.example.com, max_connections: 500')).toEqual(['over-budget']);
    expect(await text('host: db.example.com, max_connections: 600')).toEqual([]);
  });

  it("must refuse a user's own idle timeout while there is no global one", () => {
    const sections = (global: object) =>
      ({
        pgbouncer: { image: 'edoburu/pgbouncer:v1.26.1-p0', ...global },
        databases: {},
        users: { web: { role: 'app', client_idle_timeout: 60 } },
      }) as unknown as Parameters<typeof checkTraps>[0];
    const found = (global: object) => {
      const findings = new Findings(treeOf('users: { web: { client_idle_timeout: 60 } }'));
      checkTraps(sections(global), findings);
      return findings.problems.map(({ code }) => code);
    };
    expect(found({})).toEqual(['client-idle-timeout']);
    expect(found({ client_idle_timeout: 0 })).toEqual(['client-idle-timeout']);
    expect(found({ client_idle_timeout: 300 })).toEqual([]);
  });
});

describe('a password', () => {
  it.each([
    'your_secure_password',
    'ecar_password',
    'password',
    'Password123!',
    'changeme',
    'change_me',
    'postgres',
    'secret',
    'admin',
    'letmein',
    'hunter2',
    'md5HASH_OF_PASSWORD',
    '<password>',
    'aaaaaaaaaaaa',
    '12345678',
    'abcdefgh',
    'short',
    'ECAR_USER',
    'db_password1',
  ])('%s must count as weak', (password) => {
    expect(explainWeakness(password, 'ecar_user')).toBeDefined();
  });

  it.each([
    '7QxvT2pLmZ',
    'correct horse battery staple',
    'passwordless-is-better',
    'Schlüssel-der-Tür',
    'ecar_users',
  ])('%s must not', (password) => {
    expect(explainWeakness(password, 'ecar_user')).toBeUndefined();
  });
});
