import { UsageError } from '../problems/errors.ts';
import type { Stack } from '../stack/stack.ts';
import type { Login } from './server.ts';

/**
 * Who works on a database: the superuser of a Postgres that the stack runs; elsewhere the first user of the database
 * in the settings, and of the first one for a database that they do not know.
 * @throws UsageError where the settings have no password of theirs
 */
export function chooseLogin({ postgres, databases, users }: Stack, dbname: string): Login {
  if (postgres.kind === 'own') return { name: postgres.user, password: postgres.password };
  const entry = databases.find((database) => database.dbname === dbname) ?? databases[0];
  const { name = '', password } = users.find((user) => user.name === entry?.users[0]) ?? {};
  if (password !== undefined) return { name, password };
  throw new UsageError(
    `the settings know nobody who can log in to ${JSON.stringify(dbname)} with a password`,
    'name a role with --user, and set PGPASSWORD in the environment to its password',
  );
}
