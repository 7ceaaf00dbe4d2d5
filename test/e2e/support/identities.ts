import type { Identity } from '../../support/certificates.ts';
import type { ExternalPostgres } from './external-postgres.ts';
import { IMAGES } from './images.ts';
import type { Project } from './project.ts';
import { run } from './run.ts';

/** Writes `<name>.crt` and `<name>.key` into a project, the key for its owner alone, as libpq wants it. */
export async function writeIdentity(project: Project, name: string, { cert, key }: Identity): Promise<void> {
  await project.write(`${name}.crt`, cert);
  await project.write(`${name}.key`, key, 0o600);
}

/**
 * psql of a client beside the pool, in its network; the project's folder is /project there.
 * @returns `ok`, or what psql complains of
 */
export async function psqlBeside(
  project: Project,
  network: string,
  conninfo: string,
  password = '',
): Promise<string> {
  const { code, stderr } = await project.docker(
    [
      ...['run', '--rm', '--network', network, '-e', 'PGPASSWORD', '-e', 'PGCONNECT_TIMEOUT=10'],
      ...['-v', `${project.folder}:/project:ro`, '--entrypoint', 'psql', IMAGES.postgres17],
      ...['-X', '-w', '-At', '-c', 'SELECT 1', `host=pgbouncer port=${project.port} ${conninfo}`],
    ],
    { env: { PGPASSWORD: password }, code: 'any' },
  );
  return code === 0 ? 'ok' : stderr.trim();
}

/** Has a Postgres speak TLS with this certificate, and read it anew where it does already. */
export async function switchOnTls(postgres: ExternalPostgres, { cert, key }: Identity): Promise<void> {
  const put = (name: string, input: string) =>
    run(
      'docker',
      ['exec', '-i', '-u', 'postgres', postgres.name, 'sh', '-c', `umask 077; cat > /tmp/${name}`],
      { cwd: process.cwd(), input },
    );
  await put('server.crt', cert);
  await put('server.key', key);
  await postgres.run(
    "ALTER SYSTEM SET ssl_cert_file = '/tmp/server.crt'",
    "ALTER SYSTEM SET ssl_key_file = '/tmp/server.key'",
    'ALTER SYSTEM SET ssl = on',
    'SELECT pg_reload_conf()',
  );
}
