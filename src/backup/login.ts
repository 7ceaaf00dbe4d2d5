import type { Stack } from '../stack/stack.ts';
import type { Login } from './server.ts';

/**
 * Who works on a database: the superuser of a Postgres that the stack runs; elsewhere the first user of the database
 * in the settings, and of the first one for a database that they do not know.
 */
export function chooseLogin({ postgres, databases, users }: Stack, dbname: string): Login {
  if (postgres.kind === 'own') return { name: postgres.user, password: postgres.password };
  const entry = databases.find((database) => database.dbname === dbname) ?? databases[0];
  const user = users.find(({ name }) => name === entry?.users[0]);
  if (user === undefined) throw new Error('checked settings have a user for each database');
  return user;
}
