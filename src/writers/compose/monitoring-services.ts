import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import type { Stack } from '../../stack/stack.ts';
import { VOLUMES } from '../../stack/volumes.ts';
import { exporterService } from './exporter-service.ts';
import { grafanaService } from './grafana-service.ts';
import { pgbadgerService } from './pgbadger-service.ts';
import { prometheusService } from './prometheus-service.ts';
import type { Service } from './service.ts';

/** The services that watch the pool, by name; empty where all of it is off. */
export function monitoringServices(stack: Stack): Readonly<Record<string, Service>> {
  const { prometheus, grafana, pgbadger } = stack.monitoring;
  const { exporter, prometheus: server, grafana: dashboard, pgbadger: reports } = MONITORING_SERVICES;
  return {
    ...(prometheus ? { [exporter]: exporterService(prometheus.exporter, stack) } : {}),
    ...(prometheus?.server ? { [server]: prometheusService(prometheus.server, stack) } : {}),
    ...(grafana?.server ? { [dashboard]: grafanaService(grafana.server, stack) } : {}),
    ...(pgbadger ? { [reports]: pgbadgerService(pgbadger, stack) } : {}),
  };
}

/** The named volumes of these, and of the logs that they read. */
export function monitoringVolumes({ monitoring }: Stack): string[] {
  const { prometheus, grafana, log, pgbadger } = monitoring;
  return [
    ...(prometheus?.server ? [VOLUMES.prometheus] : []),
    ...(grafana?.server ? [VOLUMES.grafana] : []),
    ...(log ? [VOLUMES.pgbouncerLog] : []),
    ...(pgbadger?.postgres ? [VOLUMES.postgresLog] : []),
    ...(pgbadger ? [VOLUMES.reports] : []),
  ];
}
