/** The service that turns PgBouncer's console into metrics, and who reads them. */
export interface Prometheus {
  readonly exporter: Exporter;
  /** The Prometheus that the stack runs; undefined where someone else runs it. */
  readonly server: PrometheusServer | undefined;
}

export interface Exporter {
  readonly image: string;
  /** Where the host publishes it; undefined where only the network reaches it. */
  readonly published: Published | undefined;
}

interface Published {
  readonly bind: string;
  readonly port: number;
  /** The name or address of the host for a Prometheus outside of it, where that is not `bind`. */
  readonly address: string | undefined;
}

export interface PrometheusServer {
  readonly image: string;
  readonly bind: string;
  /** Of the host. */
  readonly port: number;
  /** In Prometheus's words: `15d`. */
  readonly retention: string;
  /** Told of alerts; as host:port. */
  readonly alertmanagers: readonly string[];
}

/** The port that the exporter listens on in its container. */
export const EXPORTER_PORT = 9127;

/** The port that Prometheus listens on in its container. */
export const PROMETHEUS_PORT = 9090;

/** Where its container sees its files. */
export const PROMETHEUS_MOUNT = '/etc/prometheus';
