import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import type { Stack } from '../../stack/stack.ts';
import { exporterService } from './exporter-service.ts';
import { GRAFANA_VOLUME, grafanaService } from './grafana-service.ts';
import { PROMETHEUS_VOLUME, prometheusService } from './prometheus-service.ts';
import type { Service } from './service.ts';

/** The services that watch the pool, by name; empty where all of it is off. */
export function monitoringServices(stack: Stack): Readonly<Record<string, Service>> {
  const { prometheus, grafana } = stack.monitoring;
  const { exporter, prometheus: server, grafana: dashboard } = MONITORING_SERVICES;
  return {
    ...(prometheus ? { [exporter]: exporterService(prometheus.exporter, stack) } : {}),
    ...(prometheus?.server ? { [server]: prometheusService(prometheus.server, stack) } : {}),
    ...(grafana?.server ? { [dashboard]: grafanaService(grafana.server, stack) } : {}),
  };
}

/** The named volumes of these. */
export function monitoringVolumes({ monitoring: { prometheus, grafana } }: Stack): string[] {
  return [...(prometheus?.server ? [PROMETHEUS_VOLUME] : []), ...(grafana?.server ? [GRAFANA_VOLUME] : [])];
}
