import type { Grafana } from './grafana.ts';
import type { LogFile, Pgbadger } from './pgbadger.ts';
import type { Prometheus } from './prometheus.ts';

/** What watches the pool; undefined is switched off. */
export interface Monitoring {
  readonly prometheus: Prometheus | undefined;
  readonly grafana: Grafana | undefined;
  /** PgBouncer's log file; there wherever something reads one. */
  readonly log: LogFile | undefined;
  readonly pgbadger: Pgbadger | undefined;
}

/** The Compose services of what watches the pool, by what they are. */
export const MONITORING_SERVICES = {
  exporter: 'pgbouncer-exporter',
  prometheus: 'prometheus',
  grafana: 'grafana',
  pgbadger: 'pgbadger',
} as const;

/**
 * The services that the stack itself runs to watch the pool, in the order in which they start. A pgBadger on demand
 * has no container between two reports.
 */
export function listMonitoringServices(monitoring: Monitoring): string[] {
  return [...listMonitoringImages(monitoring).keys()];
}

/** The image of each of these, by service. */
export function listMonitoringImages({
  prometheus,
  grafana,
  pgbadger,
}: Monitoring): ReadonlyMap<string, string> {
  const isScheduled = pgbadger?.every_seconds !== undefined;
  return new Map([
    ...(prometheus ? [[MONITORING_SERVICES.exporter, prometheus.exporter.image] as const] : []),
    ...(prometheus?.server ? [[MONITORING_SERVICES.prometheus, prometheus.server.image] as const] : []),
    ...(grafana?.server ? [[MONITORING_SERVICES.grafana, grafana.server.image] as const] : []),
    ...(isScheduled ? [[MONITORING_SERVICES.pgbadger, pgbadger.image] as const] : []),
  ]);
}
