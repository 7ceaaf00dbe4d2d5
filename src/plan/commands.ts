import { join } from 'node:path';
import { formatCommand } from '../formats/shell.ts';
import { quoteIdentifier } from '../formats/sql.ts';
import type { OwnPostgres, Stack } from '../stack/stack.ts';
import { ALTER_FILE, INIT_FILE, INIT_FOLDER } from '../writers/role-sql.ts';

/**
 * A Compose command for people to paste: the file itself names the project and its folder.
 * @param folder the output folder as people would type it, here and below
 */
export function composeCommand(folder: string, ...words: readonly string[]): string {
  return formatCommand(['docker', 'compose', '-f', join(folder, 'docker-compose.yml'), ...words]);
}

/** Starts what does not run and recreates what has changed. */
export function upCommand(folder: string): string {
  return composeCommand(folder, 'up', '-d', '--wait');
}

/** The same for PgBouncer alone and what it depends on, the stack's own Postgres. */
export function upPoolCommand(folder: string): string {
  return composeCommand(folder, 'up', '-d', '--wait', 'pgbouncer');
}

/** Makes PgBouncer read its files anew: SIGHUP is its RELOAD. */
export function reloadCommand(folder: string): string {
  return reloadServiceCommand(folder, 'pgbouncer');
}

/** Makes a service of the stack read its files anew without a new container: on SIGHUP, as Prometheus does. */
export function reloadServiceCommand(folder: string, service: string): string {
  return composeCommand(folder, 'kill', '-s', 'HUP', service);
}

/** Starts a service of the stack again, for one that reads its files only then. */
export function restartServiceCommand(folder: string, service: string): string {
  return composeCommand(folder, 'restart', service);
}

/** Makes PgBouncer forget what it knows, at the price of every connection. */
export function restartCommand(folder: string): string {
  return restartServiceCommand(folder, 'pgbouncer');
}

/** Ends containers that the Compose file does not define any more; their volumes stay. */
export function removeContainersCommand(containers: readonly string[]): string {
  return formatCommand(['docker', 'rm', '-f', ...containers]);
}

/**
 * Runs the rendered SQL that brings roles and passwords in line with the settings. The stack's own Postgres
 * sees it in the folder that its image runs on an empty data volume.
 */
export function rolesCommand({ postgres, users }: Stack, folder: string): string {
  if (postgres.kind === 'external') {
    // Then nothing is rendered to run: what the roles have is only known to who gave it to them.
    if (!users.some(({ roles, password, secret }) => roles.includes('app') && password && !secret))
      return 'ALTER ROLE … PASSWORD there, or correct what the settings hold of it';
    const server = ['-h', postgres.host, '-p', String(postgres.port), '-U', 'postgres'];
    return formatCommand(['psql', '-X', ...server, '-f', join(folder, ALTER_FILE)]);
  }
  return psqlCommand(postgres, folder, '-f', `${INIT_FOLDER}/${INIT_FILE}`);
}

/** Keeps roles from logging in to the stack's own Postgres; what they own stays theirs. */
export function lockRolesCommand(postgres: OwnPostgres, roles: readonly string[], folder: string): string {
  const statements = roles.flatMap((role) => ['-c', `ALTER ROLE ${quoteIdentifier(role)} NOLOGIN`]);
  return psqlCommand(postgres, folder, '-v', 'ON_ERROR_STOP=1', ...statements);
}

/**
 * psql inside the container of the stack's own Postgres, as its superuser: over the socket, which asks for no
 * password, and whose name holds the port.
 */
function psqlCommand({ host, port, user }: OwnPostgres, folder: string, ...words: readonly string[]): string {
  const psql = ['psql', '-X', '-p', String(port), '-U', user, '-d', 'postgres', ...words];
  return composeCommand(folder, 'exec', '-T', host, ...psql);
}
