import { createHash } from 'node:crypto';
import type { ContainerRun } from '../../src/docker/container-runs.ts';
import type { Container } from '../../src/docker/containers.ts';
import type { Change } from '../../src/plan/change.ts';
import { ownProject } from '../../src/stack/compose-project.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Stack } from '../../src/stack/stack.ts';
import type { ConsoleRow } from '../../src/verify/console-table.ts';
import { type Evidence, NO_AFTERMATH } from '../../src/verify/evidence.ts';
import { planInquiry } from '../../src/verify/logins.ts';
import { NO_MONITORING } from '../../src/verify/monitoring-evidence.ts';
import type { LogFileSight, LoginOutcome, ProbeOutput, PsqlOutcome } from '../../src/verify/probe-output.ts';
import type { Row } from '../../src/verify/row.ts';
import type { Check, Scene } from '../../src/verify/scene.ts';
import type { Subject } from '../../src/verify/subject.ts';

const secret = (value: string) => new Secret(value, 'test');

/** Where the databases of that stack are, and no password of a forced user. */
export const SERVER = { host: 'postgres', port: 5432, password: undefined };

/** A stack with two entries, an app user, an admin and a stats user. */
export const STACK: Stack = {
  name: 'ecar',
  environment: 'prod',
  network: { name: 'ecar-network', external: false },
  postgres: {
    kind: 'own',
    image: 'postgres:17',
    version: 17,
    host: 'postgres',
    port: 5432,
    max_connections: 100,
    direct_connections: 5,
    user: 'postgres',
    password: secret('plum'),
    settings: new Map(),
  },
  databases: [
    {
      ...SERVER,
      name: 'ecar_db',
      dbname: 'ecar_db',
      users: ['ecar_user'],
      settings: new Map([['pool_size', '20']]),
    },
    {
      ...SERVER,
      name: 'ecar_admin',
      dbname: 'ecar_db',
      users: ['ecar_user'],
      settings: new Map([
        ['pool_mode', 'session'],
        ['reserve_pool_size', '10'],
      ]),
    },
  ],
  users: [
    { name: 'ecar_user', password: secret('apple'), secret: undefined, roles: ['app'], settings: new Map() },
    { name: 'stats', password: secret('pear'), secret: undefined, roles: ['stats'], settings: new Map() },
    { name: 'boss', password: secret('cherry'), secret: undefined, roles: ['admin'], settings: new Map() },
  ],
  pgbouncer: {
    image: 'edoburu/pgbouncer:v1.25.2-p0',
    version: { major: 1, minor: 25, patch: 2 },
    port: 6432,
    bind: '127.0.0.1',
    auth_type: 'md5',
    methods: ['md5'],
    settings: new Map(),
    files: new Map(),
  },
  client: { database: 'ecar_db', user: 'ecar_user', session_database: 'ecar_admin' },
  app: undefined,
  adopted: undefined,
  monitoring: { prometheus: undefined, grafana: undefined, log: undefined, pgbadger: undefined },
  backup: { keep: 7, keep_days: 30, image: 'postgres:18' },
  resources: new Map(),
};

const unchanged = (path: string): Change => ({
  kind: 'unchanged',
  path,
  foreign: false,
  cause: 'up to date',
  before: `${path} as it lies on the disk`,
  after: { path, mode: 0o644, text: '' },
});

const SUBJECT: Subject = {
  stack: STACK,
  project: ownProject('ecar', 'stack/prod'),
  isRendered: true,
  configFolder: '/etc/pgbouncer',
  logFile: undefined,
  renderCommand: 'ecar-pool render --env prod',
  waitCommand: 'ecar-pool verify --env prod --wait',
  changes: [
    'docker-compose.yml',
    '.env',
    'pgbouncer/pgbouncer.ini',
    'pgbouncer/userlist.txt',
    'postgres/initdb.d/10-ecar-pool.sql',
  ].map(unchanged),
  settings: new Map([
    ['listen_port', '6432'],
    ['pool_mode', 'transaction'],
    ['unix_socket_dir', ''],
    ['reserve_pool_timeout', '5.0'],
  ]),
  dotenv: new Map([['DB_PASSWORD', 'apple']]),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's, not ours
  composeText: 'environment:\n  DB_PASSWORD: "${DB_PASSWORD:?is missing}"\n  X: "$${DB_HOST}"\n',
  configHashes: new Map([
    ['postgres', 'hash of postgres'],
    ['pgbouncer', 'hash of pgbouncer'],
  ]),
  env: { PATH: '/bin' },
};

/** A container that is as it should be. */
export const container = (service: string, other: Partial<Container> = {}): Container => ({
  name: `ecar_${service}`,
  service,
  image: service === 'pgbouncer' ? STACK.pgbouncer.image : 'postgres:17',
  state: 'running',
  health: 'healthy',
  exitCode: 0,
  labels: new Map([['ecar-pool.config-hash', `hash of ${service}`]]),
  ports: service === 'pgbouncer' ? [{ address: '127.0.0.1', published: 6432, target: 6432 }] : [],
  ...other,
});

/** What the console of that stack shows. */
export const TABLES: Readonly<Record<string, readonly ConsoleRow[]>> = {
  version: [{ version: 'PgBouncer 1.25.2' }],
  config: [
    { key: 'listen_port', value: '6432', default: '6432', changeable: 'no' },
    { key: 'pool_mode', value: 'transaction', default: 'session', changeable: 'yes' },
    { key: 'unix_socket_dir', value: null, default: '/tmp', changeable: 'no' },
    { key: 'reserve_pool_timeout', value: '5', default: '5', changeable: 'yes' },
  ],
  databases: [
    entry('ecar_db', { pool_size: '20', pool_mode: null }),
    entry('ecar_admin', { pool_size: '20', pool_mode: 'session' }),
    entry('pgbouncer', { host: null, database: 'pgbouncer', pool_size: '2', pool_mode: 'statement' }),
  ],
  users: ['ecar_user', 'stats', 'boss', 'pgbouncer'].map((name) => ({ name, pool_mode: null })),
  pools: [
    { database: 'ecar_db', user: 'ecar_user', cl_active: '3', cl_waiting: '0', maxwait: '0' },
    { database: 'pgbouncer', user: 'pgbouncer', cl_active: '1', cl_waiting: '0', maxwait: '0' },
  ],
  stats: [{ database: 'ecar_db', total_xact_count: '7' }],
  state: [
    { key: 'active', value: 'yes' },
    { key: 'paused', value: 'no' },
  ],
};

function entry(name: string, other: ConsoleRow): ConsoleRow {
  return {
    name,
    host: 'postgres',
    port: '5432',
    database: 'ecar_db',
    reserve_pool_size: '10',
    paused: '0',
    disabled: '0',
    ...other,
  };
}

/** A login that was answered; of a pool with `1|` and the age of the server connection. */
export const passed = (said: string, waited = 0): LoginOutcome => ({ code: 0, said, ms: 10, waited });

/** A login that psql reports as failed, in its words. */
export const failed = (words: string): LoginOutcome => ({
  code: 2,
  said: `psql: error: connection to server at "127.0.0.1", port 6432 failed: ${words}`,
  ms: 10,
  waited: 0,
});

/** The logins of that stack: its app user twice, the stats user, then the wrong password. */
export const LOGINS: readonly LoginOutcome[] = [
  passed('1|0'),
  passed('1|0'),
  passed('PgBouncer 1.25.2'),
  failed('FATAL:  password authentication failed'),
];

/** The sums of that stack's files, as its container sees them. */
export const FILES: ReadonlyMap<string, string> = new Map(
  ['pgbouncer.ini', 'userlist.txt'].map((name) => [
    name,
    createHash('sha256').update(`pgbouncer/${name} as it lies on the disk`).digest('hex'),
  ]),
);

/** When that stack was looked at. */
const SEEN_AT = Date.UTC(2026, 10, 23, 12);

/** A container that was started so long ago, and started again by the engine so often. */
export const run = (restarts: number, upMs: number): ContainerRun => ({
  id: 'c0ffee',
  running: true,
  restarts,
  startedAt: SEEN_AT - upMs,
});
const RUNS = new Map(['postgres', 'pgbouncer'].map((service) => [service, run(0, 60_000)]));

/** What a test changes of a stack where all is well. */
export interface Difference {
  readonly subject?: Partial<Subject>;
  readonly evidence?: Partial<Evidence>;
  readonly tables?: Readonly<Record<string, readonly ConsoleRow[] | undefined>>;
  readonly files?: ReadonlyMap<string, string> | undefined;
  readonly log?: LogFileSight | undefined;
  readonly console?: PsqlOutcome | undefined;
  readonly logins?: Readonly<Record<number, LoginOutcome | undefined>>;
  readonly servers?: Readonly<Record<number, LoginOutcome>>;
  readonly containers?: readonly Container[];
}

/** The scene of a stack where all is well but for the difference. */
export function scene(difference: Difference = {}): Scene {
  const tables = Object.entries({ ...TABLES, ...difference.tables });
  const logins = Object.entries<LoginOutcome | undefined>({
    ...Object.fromEntries(LOGINS.entries()),
    ...difference.logins,
  });
  const output: ProbeOutput = {
    tables: new Map(tables.flatMap(([name, rows]) => (rows ? [[name, rows] as const] : []))),
    console: 'console' in difference ? difference.console : passed(''),
    logins: new Map(logins.flatMap(([index, login]) => (login ? [[Number(index), login] as const] : []))),
    servers: new Map(Object.entries(difference.servers ?? {}).map(([index, one]) => [Number(index), one])),
    log: difference.log,
    files: 'files' in difference ? difference.files : FILES,
    finished: true,
  };
  return {
    subject: { ...SUBJECT, ...difference.subject },
    evidence: {
      versions: { engine: '28.2.2', compose: '2.40.3', ms: 90 },
      containers: {
        value: difference.containers ?? [container('postgres'), container('pgbouncer')],
        ms: 100,
      },
      runs: { value: RUNS, ms: 40 },
      asleep: new Set(),
      scales: new Map(),
      seenAt: SEEN_AT,
      inquiry: planInquiry(difference.subject?.stack ?? STACK, secret('made-up'), 6),
      probe: { value: output, ms: 200 },
      monitoring: NO_MONITORING,
      aftermath: NO_AFTERMATH,
      ...difference.evidence,
    },
    redact: (text) => text.replaceAll('apple', '[redacted]'),
  };
}

/** The one row of a check in a scene. */
export function rowOf(check: Check, difference: Difference = {}): Row {
  const rows = check(scene(difference));
  if (rows.length !== 1 || rows[0] === undefined) throw new Error(`${rows.length} rows`);
  return rows[0];
}
