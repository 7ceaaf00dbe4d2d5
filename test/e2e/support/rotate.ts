import type { Project } from './project.ts';
import type { RunOptions } from './run.ts';

/** Postgres as the pgbouncer container reaches it. */
export const SERVER = { host: 'postgres', port: 5432 };

/** `ecar-pool rotate USER --env prod --yes …`, for the starter's application unless it is told of another user. */
export function rotate(
  project: Project,
  { user = `${project.name}_user`, args = [], ...options }: Options = {},
) {
  return project.ecar(['rotate', user, '--env', 'prod', '--yes', ...args], {
    timeoutMs: 120_000,
    ...options,
  });
}

interface Options extends Omit<RunOptions, 'cwd'> {
  readonly user?: string;
  readonly args?: readonly string[];
}
