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
