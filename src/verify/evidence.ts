import type { Container } from '../docker/containers.ts';
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
  readonly inquiry: Inquiry;
  readonly probe: Sight<ProbeOutput>;
  readonly monitoring: MonitoringEvidence;
  /** The end of PgBouncer's log, unredacted; empty until a check failed and it was asked for. */
  readonly log: string;
}

/** What was seen, or undefined. */
export function seen<Value>(sight: Sight<Value>): Value | undefined {
  return 'value' in sight ? sight.value : undefined;
}

/** The container of the pool; undefined where there is none, or nobody could look. */
export function findPgbouncer({ containers }: Evidence): Container | undefined {
  return seen(containers)?.find(({ service }) => service === 'pgbouncer');
}
