import { explainDatabaseName } from '../../formats/pgbouncer-names.ts';
import type { Findings } from '../finding.ts';
import { createSuggester } from '../nearest.ts';
import type { Settings } from '../schema.ts';
import { hasQuotedKeys } from '../versions.ts';

/** Names that the ini can hold, and users that exist. */
export function checkDatabases(
  settings: Pick<Settings, 'pgbouncer' | 'databases' | 'users'>,
  found: Findings,
): void {
  const quotedKeys = hasQuotedKeys(settings);
  const users = Object.keys(settings.users);
  const apps = users.filter((name) => settings.users[name]?.role === 'app');
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
      name === '*'
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
    const seen = new Set<string>();
    for (const [index, user] of database.users.entries()) {
      const path = [...at, 'users', index];
      const role = Object.hasOwn(settings.users, user) ? settings.users[user]?.role : undefined;
      if (role === undefined) {
        const nearest = suggest(user);
        const hint =
          nearest === undefined
            ? 'add it under `users`'
            : `did you mean \`${nearest}\`? Else add it under \`users\``;
        found.value('unknown-user', path, `there is no user ${JSON.stringify(user)}`, hint);
      } else if (role !== 'app') {
        found.value(
          'console-user',
          path,
          `${JSON.stringify(user)} has the role ${role}, which is for the console`,
          'list a user with `role: app`',
        );
      } else if (seen.has(user)) {
        found.value('duplicate-user', path, `${JSON.stringify(user)} is listed twice`, 'remove one');
      }
      seen.add(user);
    }
  }
}
