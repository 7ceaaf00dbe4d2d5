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
export function listMonitoringServices({ prometheus, grafana }: Monitoring): string[] {
  return [
    ...(prometheus ? [MONITORING_SERVICES.exporter] : []),
    ...(prometheus?.server ? [MONITORING_SERVICES.prometheus] : []),
    ...(grafana?.server ? [MONITORING_SERVICES.grafana] : []),
  ];
}
