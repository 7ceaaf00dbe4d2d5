import { looksLikeStoredSecret } from '../credentials/stored-secret.ts';
import { writeHba } from '../formats/hba.ts';
import type { Adopted } from '../stack/adopted.ts';
import { DEFAULT_MAX_CONNECTIONS } from '../stack/budget.ts';
import { defaultSettings } from '../stack/default-settings.ts';
import { LOOKUP_QUERY } from '../stack/lookup.ts';
import { SETTING_NAMES, type SettingName, settingFacts } from '../stack/pgbouncer-settings.ts';
import { isAtLeast, type PgbouncerVersion } from '../stack/pgbouncer-version.ts';
import { Secret } from '../stack/secret.ts';
import {
  type App,
  type Database,
  type Identity,
  type Pgbouncer,
  POSTGRES_SERVICE,
  type Stack,
  type User,
} from '../stack/stack.ts';
import { toRule } from './hba-schema.ts';
import { resolveMonitoring } from './resolve-monitoring.ts';
import { resolveResources } from './resolve-resources.ts';
import { rolesOf } from './roles.ts';
import type { NamedTexts } from './rules/certificates.ts';
import { listMethods } from './rules/logins.ts';
import { asksPostgres } from './rules/users.ts';
import type { Settings } from './schema.ts';
import { chooseClient } from './secret-uses.ts';
import type { Secrets } from './secrets.ts';
import { dotted, type Path } from './tree.ts';
import { pgbouncerVersionOf, postgresMajorOf } from './versions.ts';

/**
 * Fills checked settings with secrets and defaults.
 * @param secrets every secret that the settings name
 * @param composeFiles the Compose files of an adopted project
 * @param configFiles the texts of the files that settings name
 */
export function resolveStack(
  environment: string,
  settings: Settings,
  secrets: Secrets,
  {
    composeFiles,
    configFiles,
  }: {
    readonly composeFiles: Pick<Adopted, 'files' | 'isSelfNamed' | 'isPersistent'> | undefined;
    readonly configFiles: NamedTexts;
  },
): Stack {
  const version = pgbouncerVersionOf(settings);
  if (version === undefined) throw new Error('resolveStack wants settings that passed checkRules');
  const { name, network, databases, app } = settings;
  const postgres = resolvePostgres(settings, secrets);
  const files = filesOf(configFiles);
  return {
    name,
    environment,
    network: typeof network === 'object' ? network : { name: network ?? `${name}-network`, external: false },
    postgres,
    databases: Object.entries(databases).map(([key, database]) => ({
      ...resolveDatabase(key, database, version),
      host: database.host ?? postgres.host,
      port: database.port ?? postgres.port,
      password: database.password && secretAt(secrets, ['databases', key, 'password']),
    })),
    users: resolveUsers(settings, secrets, configFiles),
    pgbouncer: {
      ...resolvePgbouncer(settings, version),
      methods: listMethods(settings.pgbouncer, files.get('auth_hba_file')),
      files: withRules(settings, files),
    },
    client: chooseClient(settings),
    app: app ? resolveApp(app, secrets) : undefined,
    adopted: resolveAdopted(settings, composeFiles),
    monitoring: resolveMonitoring(settings.monitoring, (path) => secretAt(secrets, path)),
    backup: { ...settings.backup, image: settings.backup.image ?? 'postgres:18' },
    resources: resolveResources(settings),
  };
}

function secretAt(secrets: Secrets, path: Path): Secret {
  const secret = secrets.get(dotted(path));
  if (secret === undefined) throw new Error(`no secret was read for ${dotted(path)}`);
  return secret;
}

function resolvePostgres(settings: Settings, secrets: Secrets): Stack['postgres'] {
  const { host, service, port, image, user, settings: given } = settings.postgres;
  const { max_connections, direct_connections } = settings.postgres;
  const limits = { max_connections, direct_connections };
  if (service !== undefined) return { kind: 'service', host: service, port, ...limits };
  if (host !== undefined) return { kind: 'external', host, port, ...limits };
  const version = postgresMajorOf(settings);
  if (image === undefined || version === undefined) throw new Error('resolveStack wants checked settings');
  const password = secretAt(secrets, ['postgres', 'password']);
  return {
    kind: 'own',
    image,
    version,
    host: POSTGRES_SERVICE,
    port,
    max_connections: max_connections ?? DEFAULT_MAX_CONNECTIONS,
    direct_connections,
    user,
    password,
    settings: textMap(given),
  };
}

function resolveUsers({ users }: Settings, secrets: Secrets, files: NamedTexts): User[] {
  return Object.entries(users).map(([name, { password, secret, role, sslcert: _, sslkey: __, ...keys }]) => {
    const given = secret && secretAt(secrets, ['users', name, 'secret']);
    const isPlain = given !== undefined && !looksLikeStoredSecret(given.reveal());
    return {
      name,
      password: password ? secretAt(secrets, ['users', name, 'password']) : isPlain ? given : undefined,
      secret: given,
      roles: rolesOf({ role }),
      identity: identityOf(name, files),
      settings: textMap(keys),
    };
  });
}

function identityOf(user: string, files: NamedTexts): Identity | undefined {
  const [cert, key] = ['sslcert', 'sslkey'].map((name) => files.get(dotted(['users', user, name])));
  return cert && key && { sslcert: cert.text, sslkey: new Secret(key.text, `the file ${key.name}`) };
}

/** Those that PgBouncer is given, by the setting. */
function filesOf(files: NamedTexts): ReadonlyMap<string, string> {
  const named = SETTING_NAMES.map((name) => [name, files.get(dotted(['pgbouncer', name]))?.text] as const);
  return new Map(named.filter((entry): entry is [SettingName, string] => entry[1] !== undefined));
}

function resolveDatabase(
  name: string,
  settings: Settings['databases'][string],
  version: PgbouncerVersion,
): Omit<Database, 'host' | 'port' | 'password'> {
  const {
    host: _host,
    port: _port,
    password: _password,
    dbname,
    users,
    reserve_pool_size,
    ...keys
  } = settings;
  // Before 1.24 the key in [databases] is called reserve_pool; since then that is the old name of it.
  const reserve = isAtLeast(version, '1.24') ? 'reserve_pool_size' : 'reserve_pool';
  return {
    name,
    dbname: dbname ?? name,
    users,
    settings: textMap({ ...keys, [reserve]: reserve_pool_size }),
  };
}

function resolvePgbouncer(
  { pgbouncer, databases, compose }: Settings,
  version: PgbouncerVersion,
): Omit<Pgbouncer, 'files' | 'methods'> {
  const { image, port, bind, auth_type } = pgbouncer;
  const defaults = defaultSettings(version);
  const given: Readonly<Record<string, unknown>> = pgbouncer;
  const settings = new Map<string, string>();
  for (const name of SETTING_NAMES) {
    const value = settingFacts(name).type === 'file' ? undefined : (given[name] ?? defaults.get(name));
    if (value !== undefined) settings.set(name, String(value));
  }
  // The roles of an adopted project are its own: there PgBouncer asks what it asks by default.
  if (compose === undefined && !settings.has('auth_query') && asksPostgres({ pgbouncer, databases }))
    settings.set('auth_query', LOOKUP_QUERY);
  return { image, version, port, bind, auth_type, settings };
}

/** The rules are a file like those that people write themselves. */
function withRules({ pgbouncer }: Settings, files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (pgbouncer.hba === undefined) return files;
  return new Map([...files, ['auth_hba_file', writeHba(pgbouncer.hba.map(toRule))]]);
}

function resolveApp(app: NonNullable<Settings['app']>, secrets: Secrets): App {
  const { service, kind, build, image, command, ports, volumes, secrets: way } = app;
  const environment = new Map<string, string | Secret>();
  for (const [name, value] of Object.entries(app.environment)) {
    const isReference = typeof value === 'object';
    environment.set(name, isReference ? secretAt(secrets, ['app', 'environment', name]) : String(value));
  }
  return { service, kind, build, image, command, ports, volumes, environment, secrets: way };
}

function resolveAdopted(
  { compose }: Settings,
  files: Pick<Adopted, 'files' | 'isSelfNamed' | 'isPersistent'> | undefined,
): Adopted | undefined {
  if (compose === undefined || files === undefined) return undefined;
  const { networks, profiles, services } = compose;
  return {
    files: files.files,
    isSelfNamed: files.isSelfNamed,
    isPersistent: files.isPersistent,
    networks,
    profiles,
    services: Object.entries(services).map(([name, { environment }]) => ({
      name,
      environment: textMap(environment),
    })),
  };
}

function textMap(
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): ReadonlyMap<string, string> {
  const entries = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  );
  return new Map(entries);
}
