import pg from 'pg';
import type { Project } from './project.ts';

/** Who logs in, and where to. */
export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

type Row = Readonly<Record<string, string | null>>;

/** The secrets that `init` made for prod, by name. */
export async function starterSecrets(project: Project): Promise<Readonly<Record<string, string>>> {
  const lines = (await project.read('.env.prod')).matchAll(/^(\w+)='([\w-]+)'$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** The login of the starter settings' application. */
export async function appLogin(project: Project, database = `${project.name}_db`): Promise<Login> {
  const { DB_PASSWORD: password = '' } = await starterSecrets(project);
  return { user: `${project.name}_user`, password, database };
}

/** An open connection through the published port. */
export async function connect(project: Project, login: Login): Promise<pg.Client> {
  const client = new pg.Client({
    ...login,
    host: '127.0.0.1',
    port: project.port,
    connectionTimeoutMillis: 10_000,
    query_timeout: 20_000,
  });
  // A connection that the server ends while idle raises an error event; the next query tells it too.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** One statement in a connection of its own. */
export async function query(project: Project, login: Login, statement: string): Promise<Row[]> {
  const client = await connect(project, login);
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** A command of PgBouncer's console, as the starter settings' admin. */
export async function consoleTable(project: Project, command: string): Promise<Row[]> {
  const { PGBOUNCER_ADMIN_PASSWORD: password = '' } = await starterSecrets(project);
  return query(project, { user: 'pgbouncer', password, database: 'pgbouncer' }, command);
}

/** A value of SHOW CONFIG. */
export async function runningSetting(project: Project, name: string): Promise<string | null | undefined> {
  const rows = await consoleTable(project, 'SHOW CONFIG');
  return rows.find(({ key }) => key === name)?.['value'];
}
