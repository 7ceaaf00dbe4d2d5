import { explainUserName } from '../../formats/pgbouncer-names.ts';
import type { Findings } from '../finding.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import { referenceFor } from '../secret-paths.ts';
import { dotted } from '../tree.ts';
import { hasQuotedKeys } from '../versions.ts';
import { explainRoleName } from './role-name.ts';
import { checkSecretReference } from './secret-reference.ts';

/** Names that the userlist can hold, and one user who may enter the console. */
export function checkUsers(settings: Pick<Settings, 'pgbouncer' | 'users'>, found: Findings): void {
  const quotedKeys = hasQuotedKeys(settings);
  for (const [name, user] of Object.entries(settings.users)) {
    const { password, secret, role: _role, sslcert: _sslcert, sslkey: _sslkey, ...keys } = user;
    const inUsersSection = Object.values(keys).some((value) => value !== undefined);
    const roles = rolesOf(user);
    const reason =
      explainUserName(name, { quotedKeys, console: roles.some((role) => role !== 'app'), inUsersSection }) ??
      (roles.includes('app') ? explainRoleName(name) : undefined);
    if (reason !== undefined)
      found.key(
        'user-name',
        ['users', name],
        `a user cannot be called ${JSON.stringify(name)}: ${reason}`,
        'choose another name',
      );
    const at = ['users', name];
    if (password !== undefined) checkSecretReference(password, [...at, 'password'], found);
    if (secret !== undefined) checkSecretReference(secret, [...at, 'secret'], found);
    if (password !== undefined && secret !== undefined)
      found.key(
        'password-and-secret',
        [...at, 'secret'],
        `\`users.${name}\` has both \`password\` and \`secret\``,
        'keep `password` for ecar-pool to hash, or `secret` for userlist.txt to hold as it is',
      );
  }
  if (!Object.values(settings.users).some((user) => rolesOf(user).includes('admin'))) {
    found.key(
      'no-admin',
      ['users'],
      'no user has `role: admin`',
      'add one: `pgbouncer: { password: { env: PGBOUNCER_ADMIN_PASSWORD }, role: admin }`; `verify` enters the console as it',
    );
  }
}

/**
 * A password for everyone, unless PgBouncer can ask Postgres about those who have none here. One who is there for the
 * settings of a forced user does not log in to the pool, and who enters the console by a certificate needs none.
 */
export function checkPasswords(
  settings: Pick<Settings, 'pgbouncer' | 'users' | 'databases'>,
  found: Findings,
): void {
  const forced = new Set(Object.values(settings.databases).map(({ user }) => user));
  const needsNone = (name: string, user: Settings['users'][string]) =>
    forced.has(name) ||
    isAskedFor(name, settings) ||
    (settings.pgbouncer.auth_type === 'cert' && !rolesOf(user).includes('app'));
  for (const [name, user] of Object.entries(settings.users)) {
    const { password, secret } = user;
    const at = ['users', name, 'password'];
    if (password === undefined && secret === undefined && !needsNone(name, user))
      found.value(
        'missing-key',
        at,
        `\`${dotted(at)}\` is missing`,
        `add \`password: { env: ${referenceFor(at)} }\``,
      );
  }
}

/** Whether Postgres is asked about a user in each database that lists it; one whom none lists may come to any. */
function isAskedFor(user: string, settings: Pick<Settings, 'pgbouncer' | 'databases'>): boolean {
  const listed = Object.entries(settings.databases).filter(([, { users }]) => users.includes(user));
  return listed.length === 0
    ? asksPostgres(settings)
    : listed.every(([name]) => asksPostgresIn(name, settings));
}

/** Whether there is somebody to ask Postgres about users that userlist.txt does not have. */
export function asksPostgres(settings: Pick<Settings, 'pgbouncer' | 'databases'>): boolean {
  return hasAuthUser(settings.pgbouncer) || Object.values(settings.databases).some(hasAuthUser);
}

/** The same, of those who come to one database, which may be one that only the fallback entry is for. */
export function asksPostgresIn(
  database: string,
  { pgbouncer, databases }: Pick<Settings, 'pgbouncer' | 'databases'>,
): boolean {
  const entry = Object.hasOwn(databases, database) ? databases[database] : databases['*'];
  return hasAuthUser(pgbouncer) || hasAuthUser(entry ?? {});
}

function hasAuthUser(given: Readonly<Record<string, unknown>>): boolean {
  return given['auth_user'] !== undefined;
}
