import { LOOKUP_QUERY } from './lookup.ts';
import type { Database, Stack } from './stack.ts';

/** Everyone may connect to these, and tools rely on it. */
const OPEN_DATABASES: readonly string[] = ['postgres', 'template0', 'template1'];

/** Whether a database on the server is one that Postgres itself brings along, and not for the stack alone. */
export function isOpenDatabase(dbname: string): boolean {
  return OPEN_DATABASES.includes(dbname);
}

type Entries = Pick<Stack, 'databases' | 'postgres'>;

/** The entries that lead to the stack's server: another host or port is another server, and none of ours. */
export function ownEntries({ databases, postgres }: Entries): readonly Database[] {
  return databases.filter(({ host, port }) => host === postgres.host && port === postgres.port);
}

/** The databases of a stack on its server: each once, however many entries lead to it. */
export function listDatabases(stack: Entries): string[] {
  return [...new Set(ownEntries(stack).map(({ dbname }) => dbname))].filter((dbname) => dbname !== '*');
}

/** The users of each database on the stack's server, over all entries that lead to it; the first one owns it. */
export function usersByDatabase(stack: Stack): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const { dbname, users: listed } of ownEntries(stack)) {
    const known = users.get(dbname) ?? new Set();
    for (const user of listed) known.add(user);
    users.set(dbname, known);
  }
  return users;
}

/**
 * Who asks about users whom userlist.txt does not have, by the database on the stack's server in which PgBouncer has
 * them ask: that of auth_dbname, or else each that clients connect to.
 */
export function askersByDatabase(stack: Stack): ReadonlyMap<string, ReadonlySet<string>> {
  return listAskers(stack, () => true);
}

/** The same, as far as they ask the function that ecar-pool makes. */
export function lookupsByDatabase(stack: Stack): ReadonlyMap<string, ReadonlySet<string>> {
  if (stack.pgbouncer.settings.get('auth_query') !== LOOKUP_QUERY) return new Map();
  return listAskers(stack, ({ settings }) => !settings.has('auth_query'));
}

function listAskers(stack: Stack, test: (entry: Database) => boolean): Map<string, Set<string>> {
  const askers = new Map<string, Set<string>>();
  for (const { user, dbname } of listQuestions(stack, test))
    askers.set(dbname, (askers.get(dbname) ?? new Set()).add(user));
  return askers;
}

/** Who asks what, and in which database on the stack's server; `query` is undefined for PgBouncer's own. */
export interface Question {
  readonly user: string;
  readonly dbname: string;
  readonly query: string | undefined;
}

/** What PgBouncer asks that server about users, entry by entry. */
export function listQuestions(stack: Stack, test: (entry: Database) => boolean = () => true): Question[] {
  const own = new Set(ownEntries(stack).map(({ name }) => name));
  return listAsked(stack, test).flatMap(({ asker, entry, dbname, query }) =>
    own.has(entry.name) && dbname !== undefined ? [{ user: asker, dbname, query }] : [],
  );
}

/** Where PgBouncer asks about users whom userlist.txt does not have. */
interface Asked {
  /** The auth_user. */
  readonly asker: string;
  /** The entry through which it asks, and the database that is named for it: `*` for whichever a client names. */
  readonly entry: Database;
  readonly name: string;
  /** The database on the server; undefined where it is the one that the client names. */
  readonly dbname: string | undefined;
  /** Undefined for PgBouncer's own. */
  readonly query: string | undefined;
}

/** Once for each entry of clients that `test` lets through, whatever server it is on. */
export function listAsked({ databases, pgbouncer }: Stack, test = (_: Database): boolean => true): Asked[] {
  const byName = new Map(databases.map((entry) => [entry.name, entry]));
  return databases.filter(test).flatMap((client) => {
    const setting = (name: string) => client.settings.get(name) ?? pgbouncer.settings.get(name);
    const [asker, where] = [setting('auth_user'), setting('auth_dbname')];
    const entry = where === undefined ? client : (byName.get(where) ?? byName.get('*'));
    if (asker === undefined || entry === undefined) return [];
    const dbname = entry.dbname === '*' ? where : entry.dbname;
    return [{ asker, entry, name: where ?? entry.name, dbname, query: setting('auth_query') }];
  });
}
