import { join } from 'node:path';
import { formatCommand } from '../formats/shell.ts';
import type { Stack } from '../stack/stack.ts';
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

/**
 * Runs the rendered SQL that brings roles and passwords in line with the settings. The stack's own Postgres
 * sees it in the folder that its image runs on an empty data volume.
 */
export function rolesCommand({ postgres }: Stack, folder: string): string {
  if (postgres.kind === 'external') {
    const server = ['-h', postgres.host, '-p', String(postgres.port), '-U', 'postgres'];
    return formatCommand(['psql', ...server, '-f', join(folder, ALTER_FILE)]);
  }
  const psql = ['psql', '-X', '-U', postgres.user, '-d', 'postgres', '-f', `${INIT_FOLDER}/${INIT_FILE}`];
  return composeCommand(folder, 'exec', '-T', postgres.host, ...psql);
}
