import type { Secret } from './secret.ts';

/** Who shows the dashboard. */
export interface Grafana {
  /** The Grafana that the stack runs; undefined where someone else runs it. */
  readonly server: GrafanaServer | undefined;
}

export interface GrafanaServer {
  readonly image: string;
  readonly bind: string;
  /** Of the host. */
  readonly port: number;
  /** Of its user `admin`, at its first start. */
  readonly password: Secret;
}
