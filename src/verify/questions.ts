import { quoteLiteral } from '../formats/sql.ts';
import { listQuestions, ownEntries } from '../stack/access.ts';
import { LOGGING_IN } from '../stack/catalogue/logging-in.ts';
import { isAtLeast } from '../stack/pgbouncer-version.ts';
import type { Secret } from '../stack/secret.ts';
import type { Stack } from '../stack/stack.ts';

/** What Postgres itself is asked, as somebody of the settings. */
export interface Question {
  readonly user: string;
  readonly password: Secret;
  /** On the server. */
  readonly database: string;
  readonly statement: string;
}

/**
 * The question as PgBouncer puts it, about a user who is there for sure; an answer without a row is one, too. Not what it
 * says, which is a secret. The names are those of the columns that it must have.
 */
export function planLookups(stack: Stack): Question[] {
  return listAskers(stack).map(({ query, ...asker }) => ({
    ...asker,
    statement: `SELECT 1 FROM (${askAbout(quoteLiteral(asker.user), query)}) AS found (name, password)`,
  }));
}

/**
 * Asks for those of the roles that are not kept out. Of the stack's own Postgres: who may log in, or still has a session,
 * which PgBouncer would lend. Of one of others, who may have direct logins: who may log in, and is found by PgBouncer's
 * question. None where the settings know no password to ask with.
 */
export function planRoleQuestions(stack: Stack, roles: readonly string[]): Question[] {
  if (roles.length === 0) return [];
  const among = `rolname IN (${roles.map(quoteLiteral).join(', ')})`;
  if (stack.postgres.kind !== 'own')
    return listAskers(stack).map(({ query, ...asker }) => ({
      ...asker,
      statement: `SELECT DISTINCT ecar_pool_role.rolname FROM pg_roles AS ecar_pool_role, LATERAL (${askAbout('ecar_pool_role.rolname::text', query)}) AS found WHERE ecar_pool_role.rolcanlogin AND ecar_pool_role.${among}`,
    }));
  // Of others' sessions, everyone may see whose they are.
  const session =
    'SELECT FROM pg_stat_get_activity(NULL::int) AS session WHERE session.usesysid = pg_roles.oid';
  const statement = `SELECT rolname FROM pg_roles WHERE ${among} AND (rolcanlogin OR EXISTS (${session}))`;
  return listOwn(stack)
    .slice(0, 1)
    .map((asker) => ({ ...asker, statement }));
}

type Asker = Omit<Question, 'statement'>;

/** Who asks about users, and what, as far as the settings know the passwords: once for all entries of a database. */
function listAskers(stack: Stack): (Asker & { readonly query: string })[] {
  const askers = listQuestions(stack).flatMap(({ user, dbname: database, query = builtInQuery(stack) }) => {
    const password = passwordOf(stack, user);
    return password === undefined ? [] : [{ user, password, database, query }];
  });
  return [...new Map(askers.map((asker) => [JSON.stringify(asker), asker])).values()];
}

/** Who may log in to the stack's Postgres, as far as the settings know the passwords. */
function listOwn(stack: Stack): Asker[] {
  const listed = ownEntries(stack).flatMap(({ dbname: database, users }) =>
    users.flatMap((user) => {
      const password = database === '*' ? undefined : passwordOf(stack, user);
      return password === undefined ? [] : [{ user, password, database }];
    }),
  );
  return [...listed, ...listAskers(stack).map(({ query: _, ...asker }) => asker)];
}

function passwordOf({ users }: Stack, user: string): Secret | undefined {
  return users.find(({ name }) => name === user)?.password;
}

function askAbout(name: string, query: string): string {
  return query.replace(/;\s*$/, '').replace(/\$1(?!\d)/g, () => name);
}

/** What PgBouncer asks where nobody says otherwise. */
function builtInQuery({ pgbouncer }: Stack): string {
  const { default: latest, before } = LOGGING_IN.auth_query;
  return isAtLeast(pgbouncer.version, '1.24.1') ? latest : before['1.24.1'];
}
