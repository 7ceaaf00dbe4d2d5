import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import type { Stack } from '../../stack/stack.ts';
import { LOG_VOLUME } from '../monitoring/log-rotation.ts';
import { exporterService } from './exporter-service.ts';
import { GRAFANA_VOLUME, grafanaService } from './grafana-service.ts';
import { pgbadgerService, REPORT_VOLUME } from './pgbadger-service.ts';
import { POSTGRES_LOG_VOLUME } from './postgres-log.ts';
import { PROMETHEUS_VOLUME, prometheusService } from './prometheus-service.ts';
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
    ...(prometheus?.server ? [PROMETHEUS_VOLUME] : []),
    ...(grafana?.server ? [GRAFANA_VOLUME] : []),
    ...(log ? [LOG_VOLUME] : []),
    ...(pgbadger?.postgres ? [POSTGRES_LOG_VOLUME] : []),
    ...(pgbadger ? [REPORT_VOLUME] : []),
  ];
}
