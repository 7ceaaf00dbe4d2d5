import type { Stack } from './stack.ts';

/** Everyone may connect to these, and tools rely on it. */
const OPEN_DATABASES: readonly string[] = ['postgres', 'template0', 'template1'];

/** Whether a database on the server is one that Postgres itself brings along, and not for the stack alone. */
export function isOpenDatabase(dbname: string): boolean {
  return OPEN_DATABASES.includes(dbname);
}

/**
 * The users of each database on the stack's server, over all entries that lead to it; the first one owns it. What
 * an entry has on another server is up to that.
 */
export function usersByDatabase({ databases, postgres }: Stack): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const { dbname, users: listed, host, port } of databases) {
    if (host !== postgres.host || port !== postgres.port) continue;
    const known = users.get(dbname) ?? new Set();
    for (const user of listed) known.add(user);
    users.set(dbname, known);
  }
  return users;
}
