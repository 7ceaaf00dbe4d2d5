import type { Login } from './database.ts';
import type { Project } from './project.ts';

/**
 * Logs in with psql from inside the pgbouncer container, to PgBouncer or to another server that it reaches:
 * `ok`, or what psql complains of.
 */
export async function psqlLogin(
  project: Project,
  { user, password, database }: Login,
  { host, port } = { host: '127.0.0.1', port: project.port },
): Promise<string> {
  const conninfo = `dbname='${database.replace(/[\\']/g, '\\$&')}' connect_timeout=10`;
  const { code, stderr } = await project.docker(
    [
      ...['exec', '-e', 'PGPASSWORD', `${project.name}_pgbouncer`, 'psql', '-X', '-w', '-At'],
      ...['-h', host, '-p', String(port), '-U', user, '-d', conninfo, '-c', 'SELECT 1'],
    ],
    { env: { PGPASSWORD: password }, code: 'any' },
  );
  return code === 0 ? 'ok' : stderr.trim();
}
