import { looksLikeStoredSecret } from '../credentials/stored-secret.ts';
import { UsageError } from '../problems/errors.ts';
import { ownEntries } from '../stack/access.ts';
import type { Database, Stack } from '../stack/stack.ts';
import type { Login } from './server.ts';

/**
 * Who works on a database: the superuser of a Postgres that the stack runs; elsewhere the first one with a password
 * that the settings let into the database, or for one that they do not know, into any of that server.
 * @throws UsageError where the settings have no password of theirs
 */
export function chooseLogin(stack: Stack, dbname: string): Login {
  const { postgres } = stack;
  if (postgres.kind === 'own') return { name: postgres.user, password: postgres.password };
  const own = ownEntries(stack);
  const known = own.filter((entry) => entry.dbname === dbname);
  const [login] = (known.length > 0 ? known : own).flatMap((entry) => loginsOf(entry, stack));
  if (login !== undefined) return login;
  throw new UsageError(
    `the settings know nobody who can log in to ${JSON.stringify(dbname)} with a password`,
    'name a role with --user, and set PGPASSWORD in the environment to its password',
  );
}

/** As whom PgBouncer logs in to the server for an entry: as each of its users, or as the one that it forces. */
function loginsOf(entry: Database, { users }: Stack): Login[] {
  const forced = entry.settings.get('user');
  const given = entry.password;
  // A hash lets PgBouncer in where it is asked for one, and psql nowhere.
  if (forced !== undefined && given !== undefined && !looksLikeStoredSecret(given.reveal()))
    return [{ name: forced, password: given }];
  return (forced === undefined ? entry.users : [forced]).flatMap((name) => {
    const password = users.find((user) => user.name === name)?.password;
    return password === undefined ? [] : [{ name, password }];
  });
}
