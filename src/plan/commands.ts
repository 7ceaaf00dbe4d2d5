import { join } from 'node:path';
import { showConninfo } from '../formats/conninfo.ts';
import { formatCommand } from '../formats/shell.ts';
import { quoteIdentifier, quoteLiteral } from '../formats/sql.ts';
import { lookupsByDatabase } from '../stack/access.ts';
import type { Adopted } from '../stack/adopted.ts';
import { type ComposeProject, withoutOverlay } from '../stack/compose-project.ts';
import { DOCKER_HOST } from '../stack/docker-host.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { serverTls } from '../stack/server-tls.ts';
import type { OwnPostgres, Stack } from '../stack/stack.ts';
import { POSTGRES_LOG_FOLDER } from '../writers/compose/postgres-log.ts';
import { GRAFANA_MOUNT, PASSWORD_FILE } from '../writers/monitoring/grafana.ts';
import { ALTER_FILE, INIT_FILE, INIT_FOLDER } from '../writers/role-sql.ts';

/** A Compose command for people to paste; the first file tells Compose the folder. */
export function composeCommand(project: ComposeProject, ...words: readonly string[]): string {
  const name = project.isSelfNamed ? [] : ['-p', project.name];
  const files = project.isSelfFound ? [] : project.files.flatMap((file) => ['-f', file]);
  return formatCommand(['docker', 'compose', ...name, ...files, ...words]);
}

/**
 * Starts what does not run and recreates what has changed. Not for an adopted project, where it would start what its
 * people have asleep, and make their Postgres anew: that has `completeCommand` and `upServicesCommand`.
 */
export function upCommand(project: ComposeProject): string {
  return composeCommand(project, 'up', '-d', '--wait');
}

/** The same for PgBouncer alone and what it depends on, the stack's own Postgres; one of others stays as it is. */
export function upPoolCommand(project: ComposeProject): string {
  const flags = project.services.length === 0 ? [] : ['--no-deps'];
  return composeCommand(project, 'up', '-d', '--wait', ...flags, 'pgbouncer');
}

/**
 * Of an adopted project: starts PgBouncer, and Postgres with what that depends on where it does not run. Nothing that is
 * there is made anew. It is not waited for: `--wait` takes what Postgres depends on for failed once it has done its work.
 */
export function startPoolCommand(project: ComposeProject): string {
  return composeCommand(project, 'up', '-d', '--no-recreate', 'pgbouncer');
}

/** Starts the Postgres of a project; that of an adopted one as it is, and only what it depends on. */
export function startServerCommand(project: ComposeProject, service: string): string {
  if (project.services.length === 0) return upCommand(project);
  return composeCommand(project, 'up', '-d', '--no-recreate', service);
}

/**
 * Of an adopted project: creates and starts what is missing of what goes through the pool, and of what that depends
 * on. Nothing that is there is made anew: `up` alone would do that to a Postgres whose definition was edited.
 */
export function completeCommand(project: ComposeProject): string {
  return composeCommand(project, 'up', '-d', '--no-recreate', ...atScale(project));
}

/** Of an adopted project: recreates what has changed of what goes through the pool, and no Postgres behind it. */
export function upServicesCommand(project: ComposeProject): string {
  return composeCommand(project, 'up', '-d', '--no-deps', ...atScale(project));
}

/**
 * Has the services of an adopted project run from its own files alone, which do not know the pool. Where COMPOSE_FILE
 * names ours as well, only those that are named are taken. Undefined where none of them runs: `up` without a name is for
 * all that the project has.
 */
export function withoutPoolCommand(adopted: Adopted, project: ComposeProject): string | undefined {
  const named = adopted.services.map(({ name }) => name).filter((name) => project.services.includes(name));
  if (named.length === 0) return undefined;
  const theirs = { ...withoutOverlay(project), isSelfFound: false, services: named };
  return composeCommand(theirs, 'up', '-d', '--no-deps', ...atScale(theirs));
}

/**
 * The services to name to `up`, as many of each as run: Compose brings the number to that of the files for whatever it
 * is told the name of, and refuses `--scale` for anything else ("no such service: …: disabled").
 */
function atScale({ services, scales }: ComposeProject): string[] {
  const flags = services.flatMap((name) => {
    const count = scales.get(name);
    return count === undefined ? [] : ['--scale', `${name}=${count}`];
  });
  return [...flags, ...services];
}

/** Makes PgBouncer read its files anew: SIGHUP is its RELOAD. */
export function reloadCommand(project: ComposeProject): string {
  return reloadServiceCommand(project, 'pgbouncer');
}

/** Makes a service of the stack read its files anew without a new container: on SIGHUP, as Prometheus does. */
export function reloadServiceCommand(project: ComposeProject, service: string): string {
  return composeCommand(project, 'kill', '-s', 'HUP', service);
}

/** Starts a service of the stack again, for one that reads its files only then. */
export function restartServiceCommand(project: ComposeProject, service: string): string {
  return composeCommand(project, 'restart', service);
}

/** Gives Grafana's admin the password of the mounted file, in no argument: by its CLI, since Grafana 7.1. */
export function resetGrafanaCommand(project: ComposeProject): string {
  const reset = `grafana cli admin reset-admin-password --password-from-stdin <${GRAFANA_MOUNT}/${PASSWORD_FILE}`;
  return composeCommand(project, 'exec', '-T', MONITORING_SERVICES.grafana, 'sh', '-c', reset);
}

/** Ends services without removing them; `up` starts them again. */
export function stopServicesCommand(project: ComposeProject, services: readonly string[]): string {
  return composeCommand(project, 'stop', ...services);
}

/** Makes PgBouncer forget what it knows, at the price of every connection. */
export function restartCommand(project: ComposeProject): string {
  return restartServiceCommand(project, 'pgbouncer');
}

/**
 * Shows the end of the log of the stack's own Postgres. Where pgBadger reads it, docker has no more than what was
 * said before the log was opened; the rest lies in a volume, which a container beside it can read at any time.
 */
export function postgresLogCommand({ postgres, monitoring }: Stack, project: ComposeProject): string {
  const logs = composeCommand(project, 'logs', '--tail', '50', postgres.host);
  if (monitoring.pgbadger?.postgres !== true) return logs;
  const script = `tail -n 50 "$(ls -t ${POSTGRES_LOG_FOLDER}/*.log | head -n 1)"`;
  const flags = ['--rm', '--no-deps', '-T', '--entrypoint', 'sh'];
  return `${logs}, and ${composeCommand(project, 'run', ...flags, postgres.host, '-c', script)}`;
}

/** Ends containers that the Compose file does not define any more; their volumes stay. */
export function removeContainersCommand(containers: readonly string[]): string {
  return formatCommand(['docker', 'rm', '-f', ...containers]);
}

/**
 * Runs the rendered SQL that brings roles and passwords in line with the settings. The stack's own Postgres
 * sees it in the folder that its image runs on an empty data volume. Behind an adopted project there is none: there the
 * role itself is asked for a password.
 * @param user the role that it is about; without one, that of the application
 * @returns undefined where what the roles have is only known to who gave it to them.
 */
export function rolesCommand(
  stack: Stack,
  project: ComposeProject,
  user = stack.client.user,
): string | undefined {
  const { postgres, adopted, users } = stack;
  const ask = ['-U', user, '-d', 'postgres', '-c', `\\password ${quoteIdentifier(user)}`];
  if (postgres.kind === 'service')
    return composeCommand(project, 'exec', postgres.host, 'psql', '-X', '-p', String(postgres.port), ...ask);
  if (postgres.kind === 'external') {
    if (adopted) {
      const ask = ['-c', `\\password ${quoteIdentifier(user)}`];
      return formatCommand([...psqlThere(stack, project, user, 'postgres'), ...ask]);
    }
    // Then nothing is rendered to run.
    const isHashed = users.some(
      ({ roles, password, secret }) => roles.includes('app') && password && !secret,
    );
    if (!isHashed && lookupsByDatabase(stack).size === 0) return undefined;
    return formatCommand([...psqlThere(stack, project, 'postgres'), '-f', join(project.folder, ALTER_FILE)]);
  }
  return psqlCommand(postgres, project, '-f', `${INIT_FOLDER}/${INIT_FILE}`);
}

/**
 * Runs SQL that is given to it on stdin in a database of the stack's Postgres: as its superuser where the stack runs
 * it, else as the application, unless `user` says otherwise. It stops at the first error.
 */
export function sqlCommand(
  stack: Pick<Stack, 'postgres' | 'client' | 'pgbouncer'>,
  project: ComposeProject,
  database: string,
  user = stack.client.user,
): string {
  const { postgres } = stack;
  const { host, port } = postgres;
  const stop = ['-v', 'ON_ERROR_STOP=1'];
  if (postgres.kind === 'external')
    return formatCommand([...psqlThere(stack, project, user, database), ...stop]);
  const words = ['-d', database, ...stop];
  const role = postgres.kind === 'own' ? postgres.user : user;
  return composeCommand(project, 'exec', '-T', host, 'psql', '-X', '-p', String(port), '-U', role, ...words);
}

/**
 * psql on the machine itself, at a Postgres that others run: which does not know what its containers call it. It asks for
 * TLS as PgBouncer does, but shows no certificate: that of PgBouncer is not for who logs in here (PGSSLCERT, PGSSLKEY).
 * @param database without one, that of the user's name
 */
function psqlThere(
  stack: Pick<Stack, 'postgres' | 'pgbouncer'>,
  project: ComposeProject,
  user: string,
  database?: string,
): string[] {
  const { host, port } = stack.postgres;
  const { sslmode, sslrootcert } = serverTls(stack, join(project.folder, 'pgbouncer'));
  const isHere = host === DOCKER_HOST;
  const values = {
    ...(sslmode && { sslmode }),
    ...(sslrootcert && { sslrootcert }),
    // The certificate is for the name by which PgBouncer knows it.
    ...(isHere && sslrootcert && { host, hostaddr: '127.0.0.1' }),
  };
  const named = database === undefined ? {} : { dbname: database };
  const isPlain = Object.keys(values).length === 0;
  const asked = isPlain ? database : showConninfo({ ...named, ...values });
  const server = ['psql', '-X', '-h', isHere ? 'localhost' : host, '-p', String(port), '-U', user];
  return [...server, ...(asked === undefined ? [] : ['-d', asked])];
}

/**
 * Keeps roles from logging in to Postgres, as its superuser, and ends their sessions, which PgBouncer would go on lending to
 * whoever is connected as them; what they own stays theirs.
 */
export function lockRolesCommand(stack: Stack, roles: readonly string[], project: ComposeProject): string {
  const { postgres } = stack;
  const statements = roles.flatMap((role) => ['-c', `ALTER ROLE ${quoteIdentifier(role)} NOLOGIN`]);
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN (${roles.map(quoteLiteral).join(', ')})`;
  const words = ['-v', 'ON_ERROR_STOP=1', ...statements, '-c', end];
  if (postgres.kind === 'external')
    return formatCommand([...psqlThere(stack, project, 'postgres', 'postgres'), ...words]);
  return psqlCommand(
    { ...postgres, user: postgres.kind === 'own' ? postgres.user : 'postgres' },
    project,
    ...words,
  );
}

/**
 * psql inside the container of a Postgres, as its superuser: over the socket, which asks for no
 * password, and whose name holds the port.
 */
function psqlCommand(
  { host, port, user }: Pick<OwnPostgres, 'host' | 'port' | 'user'>,
  project: ComposeProject,
  ...words: readonly string[]
): string {
  const psql = ['psql', '-X', '-p', String(port), '-U', user, '-d', 'postgres', ...words];
  return composeCommand(project, 'exec', '-T', host, ...psql);
}
