import type { EnvironmentError } from '../problems/errors.ts';
import { explainFailure } from './explain.ts';
import type { Server } from './server.ts';

/** What is in a database. */
export interface DatabaseFacts {
  readonly bytes: number;
  /** Tables of all kinds that no extension brought, and large objects. */
  readonly tables: number;
  readonly largeObjects: number;
  readonly owner: string;
  /** Postgres's major version. */
  readonly version: number;
}

const QUERY = `SELECT json_build_array(pg_database_size(current_database()),
  (SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm', 'f') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')),
  (SELECT count(*) FROM pg_largeobject_metadata),
  (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()),
  current_setting('server_version_num')::int / 10000)`;

/** Looks into a database; undefined where the server has none of that name. Throws EnvironmentError. */
export async function lookInto(server: Server, dbname: string): Promise<DatabaseFacts | undefined> {
  const result = await server.run(psqlWords(server, dbname, QUERY));
  if (result.code !== 0) {
    if (/FATAL: +database "[\s\S]*" does not exist/.test(result.stderr)) return undefined;
    throw explainFailure('psql', `database ${JSON.stringify(dbname)}`, result) satisfies EnvironmentError;
  }
  const [bytes, tables, largeObjects, owner, version] = JSON.parse(result.stdout);
  return { bytes, tables, largeObjects, owner, version };
}

/** psql with statements, each by itself, and no output but their rows. */
export function psqlWords(server: Server, dbname: string, ...statements: readonly string[]): string[] {
  const words = [
    'psql',
    '-X',
    '-w',
    '-q',
    '-A',
    '-t',
    '-v',
    'ON_ERROR_STOP=1',
    '-d',
    server.conninfo(dbname),
  ];
  return [...words, ...statements.flatMap((statement) => ['-c', statement])];
}
