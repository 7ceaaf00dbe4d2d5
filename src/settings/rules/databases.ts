import { explainDatabaseName } from '../../formats/pgbouncer-names.ts';
import type { Findings } from '../finding.ts';
import { createSuggester } from '../nearest.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import { hasQuotedKeys } from '../versions.ts';
import { checkHost } from './postgres.ts';
import { checkSecretReference } from './secret-reference.ts';

/** Names that the ini can hold, and users that exist. */
export function checkDatabases(
  settings: Pick<Settings, 'postgres' | 'pgbouncer' | 'databases' | 'users'>,
  found: Findings,
): void {
  const quotedKeys = hasQuotedKeys(settings);
  const users = Object.keys(settings.users);
  const rolesAt = (name: string) => rolesOf(settings.users[name] ?? { role: [] });
  const apps = users.filter((name) => rolesAt(name).includes('app'));
  const suggest = createSuggester(apps);
  if (Object.keys(settings.databases).length === 0) {
    found.key(
      'no-database',
      ['databases'],
      '`databases` is empty',
      'add one: `ecar_db: { users: [ecar_user] }`',
    );
  }
  for (const [name, database] of Object.entries(settings.databases)) {
    const at = ['databases', name];
    const reason =
      name === '*' && settings.postgres.host === undefined
        ? 'the fallback entry would let users into databases that are not listed here'
        : explainDatabaseName(name, { quotedKeys });
    if (reason !== undefined) {
      const hint = 'choose another name for clients, and give the real one as `dbname:`';
      found.key('database-name', at, `a database cannot be called ${JSON.stringify(name)}: ${reason}`, hint);
    }
    if (Buffer.byteLength(database.dbname ?? '') > 63) {
      found.value(
        'database-name',
        [...at, 'dbname'],
        'the name is longer than the 63 bytes that Postgres keeps',
        'use a shorter name',
      );
    }
    checkForcedUser(name, settings, found);
    for (const host of database.host?.split(',') ?? []) checkHost(host, [...at, 'host'], found);
    const seen = new Set<string>();
    for (const [index, user] of database.users.entries()) {
      const path = [...at, 'users', index];
      if (!Object.hasOwn(settings.users, user)) {
        const nearest = suggest(user);
        const hint =
          nearest === undefined
            ? 'add it under `users`'
            : `did you mean \`${nearest}\`? Else add it under \`users\``;
        found.value('unknown-user', path, `there is no user ${JSON.stringify(user)}`, hint);
      } else if (!rolesAt(user).includes('app')) {
        found.value(
          'console-user',
          path,
          `${JSON.stringify(user)} has the role ${rolesAt(user).join(', ')}, which is for the console`,
          'list a user with `role: app`',
        );
      } else if (seen.has(user)) {
        found.value('duplicate-user', path, `${JSON.stringify(user)} is listed twice`, 'remove one');
      }
      seen.add(user);
    }
  }
}

/** The user that PgBouncer logs in to the server as: what the stack's own server knows of are the entry's users. */
function checkForcedUser(
  name: string,
  { postgres, databases }: Pick<Settings, 'postgres' | 'databases'>,
  found: Findings,
): void {
  const { user, password, users: listed = [] } = databases[name] ?? {};
  const at = ['databases', name];
  if (password !== undefined) checkSecretReference(password, [...at, 'password'], found);
  if (user === undefined) {
    if (password !== undefined)
      found.key(
        'forced-user',
        [...at, 'password'],
        'PgBouncer ignores a `password` without a `user`',
        'add the `user` whose password it is, or remove the line',
      );
    return;
  }
  if (postgres.host === undefined && !listed.includes(user))
    found.value(
      'forced-user',
      [...at, 'user'],
      `${JSON.stringify(user)} is not among the users of ${JSON.stringify(name)}`,
      'list it there: Postgres lets nobody else in',
    );
}
