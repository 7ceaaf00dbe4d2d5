import { looksLikeStoredSecret } from '../credentials/stored-secret.ts';
import { formatPgbouncerVersion } from '../stack/pgbouncer-version.ts';
import { losesVerifiers } from '../stack/stored-form.ts';
import { type ImportedDatabase, readDatabases } from './databases.ts';
import type { Losses } from './losses.ts';
import { readPgbouncer } from './pgbouncer.ts';
import type { PoolerConfig } from './pooler-config.ts';
import { SecretVariables } from './secret-variables.ts';
import { asksPostgres, type ImportedUser, readUsersAndRoles } from './users.ts';
import type { Wishes } from './wishes.ts';
import { writeYamlMap } from './write-yaml.ts';

/** Settings that give the same pool, and the secrets that they name. */
export interface Translation {
  /** Empty for one of the stack's own. */
  readonly network: string;
  readonly databases: string;
  readonly users: string;
  readonly postgres: string;
  readonly pgbouncer: string;
  readonly secrets: readonly (readonly [name: string, value: string])[];
}

/** The console's user who is added where the file has none. */
const ADMIN = 'pgbouncer';

/**
 * Turns what a PgBouncer was told into settings, as blocks of YAML.
 * @param paths where the files lie that settings name, by the setting
 * @param createSecret for an admin, where there is none
 */
export function translate(
  config: PoolerConfig,
  file: string,
  paths: ReadonlyMap<string, string>,
  wishes: Wishes,
  losses: Losses,
  createSecret: () => string,
): Translation {
  const secrets = new SecretVariables();
  const inSection = (name: string) => config.entries.filter(({ section }) => section === name);
  const databases = readDatabases(inSection('databases'), wishes, losses);
  if (databases.length === 0 && losses.problems.every(({ severity }) => severity !== 'error'))
    losses.refuse(
      'no-database',
      { file },
      'there is no entry in [databases]',
      'check that this is the file you mean',
    );
  const listed = readUsersAndRoles(config, databases, wishes, losses);
  const pgbouncer = readPgbouncer(
    inSection('pgbouncer'),
    paths,
    asksPostgres(config.entries, databases),
    wishes,
    losses,
  );
  const users = leaveOutHashes(listed, String(pgbouncer['auth_type']), file, losses);
  for (const { key, at } of inSection('peers'))
    losses.warn(
      'left-out',
      at,
      `the peer ${key} is left out: one process of PgBouncer has no peers`,
      'nothing is lost unless another process goes on with the same port',
    );
  const apps = users.filter(
    ({ roles, name }) => roles.includes('app') && !isForcedOnly(name, users, databases),
  );
  if (apps.length === 0 && databases.length > 0)
    losses.refuse(
      'no-user',
      { file },
      'nobody could log in to a database: there is no user with a password',
      'name the list of users as auth_file',
    );
  warnOfVerifiers(users, file, wishes, losses);
  const home = chooseHome(databases);
  warnOfNetwork(databases, file, wishes, losses);
  refuseVerifierOfAuthUser(config, databases, users, losses);
  const admins = addAdmin(users, file, secrets, losses, createSecret);
  return {
    network:
      wishes.network === undefined ? '' : writeYamlMap({ network: { name: wishes.network, external: true } }),
    postgres: writeYamlMap({ postgres: { host: home.host, port: home.port } }),
    databases: writeYamlMap({
      databases: Object.fromEntries(
        databases.map((database) => [
          database.name,
          {
            ...(database.host === home.host ? {} : { host: database.host }),
            ...(database.port === home.port ? {} : { port: database.port }),
            ...(database.dbname === undefined ? {} : { dbname: database.dbname }),
            users: apps.map(({ name }) => name),
            ...database.keys,
            ...(database.password === undefined
              ? {}
              : { password: secrets.add(String(database.keys['user']), 'PASSWORD', database.password) }),
          },
        ]),
      ),
    }),
    users: writeYamlMap({
      users: Object.fromEntries([
        ...users.map(({ name, secret, roles, keys }) => [
          name,
          {
            ...(secret === undefined ? {} : { secret: secrets.add(name, 'SECRET', secret) }),
            ...(roles.join() === 'app' ? {} : { role: roles.length === 1 ? (roles[0] ?? '') : roles }),
            ...keys,
          },
        ]),
        ...admins,
      ]),
    }),
    pgbouncer: writeYamlMap({ pgbouncer }),
    secrets: secrets.entries,
  };
}

/** One whom the file knows only as the role that PgBouncer logs in to the server as. */
function isForcedOnly(
  name: string,
  users: readonly ImportedUser[],
  databases: readonly ImportedDatabase[],
): boolean {
  const user = users.find((candidate) => candidate.name === name);
  return user?.secret === undefined && databases.some(({ keys }) => keys['user'] === name);
}

/** The server of most entries; the first of those that have equally many. */
function chooseHome(databases: readonly ImportedDatabase[]): { host: string; port: number } {
  const counts = new Map<string, number>();
  const nameOf = ({ host, port }: ImportedDatabase) => `${host} ${port}`;
  for (const database of databases) counts.set(nameOf(database), (counts.get(nameOf(database)) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const { host, port } = databases.find((database) => counts.get(nameOf(database)) === most) ?? {
    host: 'postgres',
    port: 5432,
  };
  // Several hosts are for an entry: what is said of the server of all must be one.
  return host.includes(',') ? { host: host.split(',')[0] ?? '', port } : { host, port };
}

/** Who is stored with an md5 hash logs in nowhere under SCRAM, and settings that say so are refused. */
function leaveOutHashes(
  users: readonly ImportedUser[],
  authType: string,
  file: string,
  losses: Losses,
): readonly ImportedUser[] {
  const hashes = authType === 'scram-sha-256' ? storedAs(/^md5/, users) : [];
  if (hashes.length > 0)
    losses.warn(
      'md5-under-scram',
      { file },
      `${hashes.join(', ')}: left out, since under scram-sha-256 nobody logs in by an md5 hash`,
      'add them with a `password`, or use --auth-type md5, which lets both kinds in',
    );
  return users.filter(({ name }) => !hashes.includes(name));
}

/** Verifiers that this release does not hold on to. */
function warnOfVerifiers(
  users: readonly ImportedUser[],
  file: string,
  { version }: Wishes,
  losses: Losses,
): void {
  const verifiers = storedAs(/SCRAM/, users);
  if (verifiers.length > 0 && losesVerifiers(version))
    losses.warn(
      'lost-verifiers',
      { file },
      `PgBouncer ${formatPgbouncerVersion(version)} forgets the SCRAM verifiers of ${verifiers.join(', ')} once it connects to the server anew (pgbouncer#1504)`,
      'choose 1.24 or 1.26 as --pgbouncer-image',
    );
}

function storedAs(pattern: RegExp, users: readonly ImportedUser[]): string[] {
  return users
    .filter(({ secret = '' }) => looksLikeStoredSecret(secret) && pattern.test(secret))
    .map(({ name }) => name);
}

/** A container's name leads to it only in a network that both are on, which the stack's own is not. */
function warnOfNetwork(
  databases: readonly ImportedDatabase[],
  file: string,
  { network }: Wishes,
  losses: Losses,
): void {
  const hosts = new Set(databases.flatMap(({ host }) => host.split(',')));
  const names = [...hosts].filter((host) => /^[^.:]+$/.test(host));
  if (names.length === 0 || network !== undefined) return;
  losses.warn(
    'network',
    { file },
    `${names.join(', ')} may be the name of a container, which only its own network knows`,
    'where it is one, write its network into ecar-pool.yaml: `network: { name: NAME, external: true }`, by the NAME that `docker network ls` shows',
  );
}

/** `verify` reads the console as an admin: where the file has none, one with a password of its own comes to it. */
function addAdmin(
  users: readonly ImportedUser[],
  file: string,
  secrets: SecretVariables,
  losses: Losses,
  createSecret: () => string,
): [name: string, user: { password: { env: string }; role: string }][] {
  const there = users.filter(({ roles }) => roles.includes('admin'));
  if (there.length > 0) {
    const isKnown = there.some(({ secret }) => secret !== undefined && !looksLikeStoredSecret(secret));
    if (!isKnown)
      losses.warn(
        'unknown-admin',
        { file },
        'the file holds no password in the clear of any admin, so `verify` cannot read the console',
        `give one of ${there.map(({ name }) => name).join(', ')} a \`password\``,
      );
    return [];
  }
  const name = users.some((user) => user.name === ADMIN) ? `${ADMIN}_admin` : ADMIN;
  losses.warn(
    'added-admin',
    { file },
    `there is no admin who could log in: ${name} is added to \`admin_users\`, with a fresh password`,
    'keep it: `verify` reads the console as it',
  );
  return [[name, { password: secrets.add(name, 'PASSWORD', createSecret()), role: 'admin' }]];
}

/** PgBouncer asks Postgres as this user, and has no client whose login would bring what a verifier lacks. */
function refuseVerifierOfAuthUser(
  { entries }: PoolerConfig,
  databases: readonly ImportedDatabase[],
  users: readonly ImportedUser[],
  losses: Losses,
): void {
  const named = [
    ...entries.filter(({ section, key }) => section === 'pgbouncer' && key === 'auth_user'),
    ...databases.map(({ keys, at }) => ({ value: String(keys['auth_user']), at })),
  ];
  for (const { value, at } of named) {
    const { secret = '' } = users.find(({ name }) => name === value) ?? {};
    if (/^\$*SCRAM-SHA-256\$/.test(secret))
      losses.refuse(
        'auth-user',
        at,
        `PgBouncer cannot log in as ${value} to ask about users: of its password there is only a SCRAM verifier`,
        'put the password itself into the list of users, or remove auth_user where that has everyone',
      );
  }
}
