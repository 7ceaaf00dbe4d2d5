import type { Container } from '../docker/containers.ts';
import type { Change } from '../plan/change.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import { CONFIG_LABEL, ENVIRONMENT_LABEL } from '../stack/labels.ts';
import { listMonitoringImages, listMonitoringServices } from '../stack/monitoring.ts';
import type { Stack } from '../stack/stack.ts';

/** What docker is asked about. */
export interface Target {
  readonly stack: Stack;
  readonly project: ComposeProject;
  /** Whether there is a Compose file on the disk; without it Compose knows no project. */
  readonly isRendered: boolean;
  /** Where the container of the pool sees the rendered folder `pgbouncer/`. */
  readonly configFolder: string;
  /** Where it sees PgBouncer's log file, and a pattern of what rotates that; undefined where there is none. */
  readonly logFile: { readonly file: string; readonly rotation: string } | undefined;
  /** Who is to be kept out; undefined where it is not for this look to tell. */
  readonly shutOut?: ShutOut | undefined;
  /** Rendered files that PgBouncer may not have read; undefined where none are known of. */
  readonly unread?: UnreadFiles | undefined;
}

/** Files of rules that have changed, by a reload of which nobody knows whether it was made. */
export interface UnreadFiles {
  /** Relative to the output folder. */
  readonly paths: readonly string[];
  /** When the last of them was written, in milliseconds of the epoch. */
  readonly since: number;
}

/** Users whom the settings have dropped, or have otherwise, by steps of which nobody knows whether they were run. */
export interface ShutOut {
  /** Those whom Postgres is to let in no more. */
  readonly dropped: readonly string[];
  /** Since when PgBouncer is to forget each, in milliseconds of the epoch. */
  readonly remembered: ReadonlyMap<string, number>;
}

/** What is verified: the stack as the settings want it, and what stands on the disk. */
export interface Subject extends Target {
  /** The command that renders this very stack, as people would type it. */
  readonly renderCommand: string;
  /** Whether that command has what it renders take effect by itself, as `deploy` and `rollback` do. */
  readonly isApplied?: boolean;
  /** The command that verifies it and waits for it first. */
  readonly waitCommand: string;
  /** What `render` would do now; all `unchanged` where the files are those of the settings. */
  readonly changes: readonly Change[];
  /** The rendered `[pgbouncer]` section. */
  readonly settings: ReadonlyMap<string, string>;
  /** The `.env` on the disk, by name. */
  readonly dotenv: ReadonlyMap<string, string>;
  /** The rendered docker-compose.yml. */
  readonly composeText: string;
  /** What the label `ecar-pool.config-hash` of each rendered service says, by service. */
  readonly configHashes: ReadonlyMap<string, string>;
  /** Undefined where the stack is to be what the settings say. */
  readonly kept?: KeptSet | undefined;
  /**
   * When what is judged began, in milliseconds of the epoch: a container that ended by itself before that does not fail
   * it. Undefined where it is the stack as it stands.
   */
  readonly since?: number | undefined;
  /** The environment that ecar-pool runs in. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** An older set that was put back, and is what the stack is to be until the settings are deployed again. */
export interface KeptSet {
  readonly time: string;
  /** The files in which the settings are ahead of it. */
  readonly ahead: readonly string[];
  readonly deployCommand: string;
}

/** Whether a container was made from its service as it is rendered now. */
export function isCurrent(
  { service, labels }: Pick<Container, 'service' | 'labels'>,
  { configHashes }: Pick<Subject, 'configHashes'>,
): boolean {
  return labels.get(CONFIG_LABEL) === configHashes.get(service);
}

/** The service that runs Postgres, of the stack or of the adopted project; undefined where someone else runs it. */
export function postgresService({ postgres }: Stack): string | undefined {
  return postgres.kind === 'external' ? undefined : postgres.host;
}

/** The services without which no login gets through. */
export function listCore(stack: Stack): string[] {
  return [postgresService(stack), 'pgbouncer'].filter((name) => name !== undefined);
}

/** The services that the stack runs, in the order in which they start. */
export function listServices(stack: Stack): string[] {
  const { app, monitoring } = stack;
  const rest = [app?.service, ...listMonitoringServices(monitoring)];
  return [...listCore(stack), ...rest.filter((name) => name !== undefined)];
}

/** The services that are rendered, wholly or in part: those whose containers carry a hash of what they were made from. */
export function listRenderedServices(stack: Stack): string[] {
  const { adopted } = stack;
  if (adopted === undefined) return listServices(stack);
  const ours = listServices(stack).filter((name) => name !== postgresService(stack));
  return [...ours, ...adopted.services.map(({ name }) => name)];
}

/** The services of an adopted project that run as the overlay once had them, and have no part in it any more. */
export function listUnreleased(containers: readonly Container[], stack: Stack): string[] {
  if (stack.adopted === undefined) return [];
  const rendered = listRenderedServices(stack);
  const ran = containers.filter(
    ({ service, state, labels }) =>
      state === 'running' &&
      labels.has(CONFIG_LABEL) &&
      !labels.has(ENVIRONMENT_LABEL) &&
      !rendered.includes(service),
  );
  return [...new Set(ran.map(({ service }) => service))];
}

/** The image of each service that runs one which somebody else has built. */
export function listImages({ postgres, pgbouncer, app, monitoring }: Stack): ReadonlyMap<string, string> {
  return new Map([
    ...(postgres.kind === 'own' ? [[postgres.host, postgres.image] as const] : []),
    ['pgbouncer', pgbouncer.image],
    ...(app?.image !== undefined ? [[app.service, app.image] as const] : []),
    ...listMonitoringImages(monitoring),
  ]);
}
