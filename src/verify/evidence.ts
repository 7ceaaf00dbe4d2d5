import type { ContainerRun } from '../docker/container-runs.ts';
import type { Container } from '../docker/containers.ts';
import type { LastStart } from '../docker/last-starts.ts';
import type { ShownCertificate } from '../docker/shown-certificate.ts';
import type { DockerVersions } from '../docker/versions.ts';
import type { Inquiry } from './logins.ts';
import type { MonitoringEvidence } from './monitoring-evidence.ts';
import type { ProbeOutput } from './probe-output.ts';

/** Something that was looked at, or the words of whoever would not let us; `ms` is how long it took. */
export type Sight<Value> =
  | { readonly value: Value; readonly ms: number }
  | { readonly failure: string; readonly ms: number };

/** All that `verify` saw of the running stack; the checks judge it and touch nothing. */
export interface Evidence {
  readonly versions: DockerVersions;
  readonly containers: Sight<readonly Container[]>;
  /** The containers of the stack's services as the engine runs them, by service. */
  readonly runs: Sight<ReadonlyMap<string, ContainerRun>>;
  /** The services of an adopted project that nobody has had started. */
  readonly asleep: ReadonlySet<string>;
  /** The services of an adopted project that run with another number of containers than its files say, and with which. */
  readonly scales: ReadonlyMap<string, number>;
  /** When it was looked, in milliseconds of the epoch. */
  readonly seenAt: number;
  readonly inquiry: Inquiry;
  readonly probe: Sight<ProbeOutput>;
  readonly monitoring: MonitoringEvidence;
  /** What clients are shown at the published port; undefined where PgBouncer speaks no TLS to them. */
  readonly shown?: Sight<ShownCertificate> | undefined;
  /** Whether PgBouncer has read its files since some changed; undefined where that is not asked, or none runs. */
  readonly reread?: Sight<boolean> | undefined;
  /** What was asked only after a check had failed; empty before. */
  readonly aftermath: Aftermath;
}

/** What a good run has no need of, and so does not ask. Logs are unredacted, and of the current run but for Postgres's. */
export interface Aftermath {
  /** The end of PgBouncer's log. */
  readonly log: string;
  /** The end of the log of the stack's own Postgres, where that is not up, or has ended by itself a short time ago. */
  readonly postgresLog: string;
  /** The end of the exporter's log, where there is one: it shows nobody else why it cannot get into the console. */
  readonly exporterLog: string;
  /** What Postgres shows, where PgBouncer refused its certificate. */
  readonly serverCertificate?: Sight<ShownCertificate> | undefined;
  /** By container name. */
  readonly lastStarts: ReadonlyMap<string, LastStart>;
  /** Images of services without a container that this machine does not have. */
  readonly missingImages: ReadonlySet<string>;
}

/** Nothing has been asked yet. */
export const NO_AFTERMATH: Aftermath = {
  log: '',
  postgresLog: '',
  exporterLog: '',
  lastStarts: new Map(),
  missingImages: new Set(),
};

/** What was seen, or undefined. */
export function seen<Value>(sight: Sight<Value>): Value | undefined {
  return 'value' in sight ? sight.value : undefined;
}

/** The container of the pool; undefined where there is none, or nobody could look. */
export function findPgbouncer({ containers }: Evidence): Container | undefined {
  return seen(containers)?.find(({ service }) => service === 'pgbouncer');
}
