import { defaultSettings } from '../stack/default-settings.ts';
import { SETTING_NAMES } from '../stack/pgbouncer-settings.ts';
import { isAtLeast, type PgbouncerVersion } from '../stack/pgbouncer-version.ts';
import type { Secret } from '../stack/secret.ts';
import type {
  App,
  Client,
  Database,
  ExternalPostgres,
  OwnPostgres,
  Pgbouncer,
  Stack,
  User,
} from '../stack/stack.ts';
import type { Settings } from './schema.ts';
import type { SecretReader } from './secrets.ts';
import { pgbouncerVersionOf, postgresMajorOf } from './versions.ts';

/** The service name of the Postgres that the stack runs, and so its host name. */
const POSTGRES_SERVICE = 'postgres';

/**
 * Fills checked settings with secrets and defaults.
 * @returns the stack, or undefined when a secret is missing; the reader has noted each
 */
export async function resolveStack(
  environment: string,
  settings: Settings,
  secrets: SecretReader,
): Promise<Stack | undefined> {
  const version = pgbouncerVersionOf(settings);
  if (version === undefined) throw new Error('resolveStack wants settings that passed checkRules');
  const client = resolveClient(settings);
  const postgres = await resolvePostgres(settings, secrets);
  const users = await resolveUsers(settings, secrets, client.user);
  const app = settings.app ? await resolveApp(settings.app, secrets) : undefined;
  if (postgres === undefined || users === undefined || app === 'incomplete') return undefined;
  const network =
    typeof settings.network === 'string' ? { name: settings.network, external: false } : settings.network;
  return {
    name: settings.name,
    environment,
    network: network ?? { name: `${settings.name}-network`, external: false },
    postgres,
    databases: Object.entries(settings.databases).map(([name, database]) =>
      resolveDatabase(name, database, version),
    ),
    users,
    pgbouncer: resolvePgbouncer(settings, version),
    client,
    app,
    resources: resolveResources(settings),
  };
}

async function resolvePostgres(
  { postgres, ...settings }: Settings,
  secrets: SecretReader,
): Promise<OwnPostgres | ExternalPostgres | undefined> {
  const { host, port, image, user, max_connections } = postgres;
  if (host !== undefined) return { kind: 'external', host, port };
  const version = postgresMajorOf({ postgres, ...settings });
  if (image === undefined || version === undefined || postgres.password === undefined)
    throw new Error('unchecked settings');
  const password = await secrets.read(postgres.password, ['postgres', 'password'], {
    password: true,
    dotenv: true,
  });
  if (password === undefined) return undefined;
  return {
    kind: 'own',
    image,
    version,
    host: POSTGRES_SERVICE,
    port,
    max_connections,
    user,
    password,
    settings: textMap(postgres.settings),
  };
}

async function resolveUsers(
  { users }: Settings,
  secrets: SecretReader,
  clientUser: string,
): Promise<User[] | undefined> {
  const resolved: User[] = [];
  for (const [name, { password: reference, role, ...keys }] of Object.entries(users)) {
    const use = { password: true, dotenv: name === clientUser };
    const password = await secrets.read(reference, ['users', name, 'password'], use);
    if (password) resolved.push({ name, password, role, settings: textMap(keys) });
  }
  return resolved.length === Object.keys(users).length ? resolved : undefined;
}

function resolveDatabase(
  name: string,
  settings: Settings['databases'][string],
  version: PgbouncerVersion,
): Database {
  const { dbname, users, reserve_pool_size, ...keys } = settings;
  // Before 1.24 the key in [databases] is called reserve_pool; since then that is the old name of it.
  const reserve = isAtLeast(version, '1.24') ? 'reserve_pool_size' : 'reserve_pool';
  return {
    name,
    dbname: dbname ?? name,
    users,
    settings: textMap({ ...keys, [reserve]: reserve_pool_size }),
  };
}

function resolvePgbouncer({ pgbouncer }: Settings, version: PgbouncerVersion): Pgbouncer {
  const { image, port, bind, auth_type } = pgbouncer;
  const defaults = defaultSettings(version);
  const given: Readonly<Record<string, unknown>> = pgbouncer;
  const settings = new Map<string, string>();
  for (const name of SETTING_NAMES) {
    const value = given[name] ?? defaults.get(name);
    if (value !== undefined) settings.set(name, String(value));
  }
  return { image, version, port, bind, auth_type, settings };
}

/** What the app uses: what it says, or else the first ones that fit. */
function resolveClient({ databases, app }: Settings): Client {
  const database = app?.database ?? Object.keys(databases)[0] ?? '';
  const user = app?.user ?? databases[database]?.users[0] ?? '';
  const session = Object.entries(databases).find(
    ([name, entry]) => name !== database && entry.pool_mode === 'session' && entry.users.includes(user),
  );
  return { database, user, session_database: app?.session_database ?? session?.[0] };
}

async function resolveApp(
  app: NonNullable<Settings['app']>,
  secrets: SecretReader,
): Promise<App | 'incomplete'> {
  const { service, kind, build, image, command, ports, volumes } = app;
  const environment = new Map<string, string | Secret>();
  for (const [name, value] of Object.entries(app.environment)) {
    const use = { password: false, dotenv: true };
    const found =
      typeof value === 'object'
        ? await secrets.read(value, ['app', 'environment', name], use)
        : String(value);
    if (found !== undefined) environment.set(name, found);
  }
  if (environment.size < Object.keys(app.environment).length) return 'incomplete';
  return { service, kind, build, image, command, ports, volumes, environment };
}

/** PgBouncer is one thread and small: its default limits keep a fault in it from starving its neighbours. */
function resolveResources({ resources }: Settings): Stack['resources'] {
  const services = new Map([
    ['pgbouncer', { cpus: '1', memory: '256M' } as { cpus: string | undefined; memory: string | undefined }],
  ]);
  for (const [service, { cpus, memory }] of Object.entries(resources)) {
    const base = services.get(service);
    services.set(service, {
      cpus: cpus === undefined ? base?.cpus : String(cpus),
      memory: memory ?? base?.memory,
    });
  }
  return services;
}

function textMap(
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): ReadonlyMap<string, string> {
  const entries = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  );
  return new Map(entries);
}
