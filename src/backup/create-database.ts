import { quoteIdentifier } from '../formats/sql.ts';
import { usersByDatabase } from '../stack/access.ts';
import type { Stack } from '../stack/stack.ts';
import { explainFailure } from './explain.ts';
import { psqlWords } from './look.ts';
import type { Server } from './server.ts';

/**
 * Creates an empty database as the stack's own SQL does: for the users that the settings list for it, owned by the
 * first one, and closed to all others. One that the settings do not know is its maker's alone. Throws EnvironmentError.
 */
export async function createDatabase(server: Server, stack: Stack, dbname: string): Promise<void> {
  const users = [...(usersByDatabase(stack).get(dbname) ?? [])];
  const database = quoteIdentifier(dbname);
  const [owner = server.user] = users;
  const statements = [
    // template1 may hold what the dump holds, too.
    `CREATE DATABASE ${database} OWNER ${quoteIdentifier(owner)} TEMPLATE template0`,
    ...(users.length > 0
      ? [`GRANT ALL ON DATABASE ${database} TO ${users.map(quoteIdentifier).join(', ')}`]
      : []),
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
  ];
  const result = await server.run(psqlWords(server, 'postgres', ...statements));
  if (result.code !== 0)
    throw explainFailure('CREATE DATABASE', `database ${JSON.stringify(dbname)}`, result);
}

/** Drops a database that `createDatabase` made, with whoever is in it. Never rejects. */
export async function dropDatabase(server: Server, dbname: string): Promise<void> {
  const statement = `DROP DATABASE IF EXISTS ${quoteIdentifier(dbname)} WITH (FORCE)`;
  await server.run(psqlWords(server, 'postgres', statement)).catch(() => {});
}
