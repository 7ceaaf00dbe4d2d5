import type { ComposeProject } from '../docker/argv.ts';
import type { Change } from '../plan/change.ts';
import { PGBADGER_SERVICE } from '../stack/monitoring.ts';
import type { Stack } from '../stack/stack.ts';

/** The label under which the rendered service carries a hash of all that only a new container applies. */
export const RESTART_LABEL = 'ecar-pool.restart-hash';

/** As the plan names it. */
export const COMPOSE_FILE = 'docker-compose.yml';

/** What docker is asked about. */
export interface Target {
  readonly stack: Stack;
  readonly project: ComposeProject;
  /** Whether there is a Compose file on the disk; without it Compose knows no project. */
  readonly isRendered: boolean;
}

/** What is verified: the stack as the settings want it, and what stands on the disk. */
export interface Subject extends Target {
  /** The command that renders this very stack, as people would type it. */
  readonly renderCommand: string;
  /** What `render` would do now; all `unchanged` where the files are those of the settings. */
  readonly changes: readonly Change[];
  /** The rendered `[pgbouncer]` section. */
  readonly settings: ReadonlyMap<string, string>;
  /** The `.env` on the disk, by name. */
  readonly dotenv: ReadonlyMap<string, string>;
  /** The rendered docker-compose.yml. */
  readonly composeText: string;
  /** What the label `ecar-pool.restart-hash` of the rendered pgbouncer service says. */
  readonly restartHash: string;
  /** The environment that ecar-pool runs in. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The service name of the stack's own Postgres; undefined where someone else runs it. */
export function postgresService({ postgres }: Stack): string | undefined {
  return postgres.kind === 'own' ? postgres.host : undefined;
}

/** The services that the stack runs, in the order in which they start. */
export function listServices(stack: Stack): string[] {
  const { every_seconds } = stack.monitoring.pgbadger ?? {};
  return [
    postgresService(stack),
    'pgbouncer',
    stack.app?.service,
    // On demand only, it has no container between two reports.
    every_seconds === undefined ? undefined : PGBADGER_SERVICE,
  ].filter((name) => name !== undefined);
}
