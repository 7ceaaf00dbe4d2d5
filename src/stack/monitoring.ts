import type { Grafana } from './grafana.ts';
import type { Prometheus } from './prometheus.ts';

/** What watches the pool; undefined is switched off. */
export interface Monitoring {
  readonly prometheus: Prometheus | undefined;
  readonly grafana: Grafana | undefined;
}

/** The Compose services of what watches the pool, by what they are. */
export const MONITORING_SERVICES = {
  exporter: 'pgbouncer-exporter',
  prometheus: 'prometheus',
  grafana: 'grafana',
} as const;

/** The services that the stack itself runs to watch the pool, in the order in which they start. */
export function listMonitoringServices(monitoring: Monitoring): string[] {
  return [...listMonitoringImages(monitoring).keys()];
}

/** The image of each of these, by service. */
export function listMonitoringImages({ prometheus, grafana }: Monitoring): ReadonlyMap<string, string> {
  return new Map([
    ...(prometheus ? [[MONITORING_SERVICES.exporter, prometheus.exporter.image] as const] : []),
    ...(prometheus?.server ? [[MONITORING_SERVICES.prometheus, prometheus.server.image] as const] : []),
    ...(grafana?.server ? [[MONITORING_SERVICES.grafana, grafana.server.image] as const] : []),
  ]);
}
