import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import type { Stack } from '../stack/stack.ts';
import type { Settings } from './schema.ts';

/**
 * What a service may take where the settings do not say: a fault in it must not starve its neighbours. PgBouncer
 * is one thread and small, the exporter smaller; what watches must never cost more than what it watches.
 */
const DEFAULTS: ReadonlyMap<string, { readonly cpus: string; readonly memory: string }> = new Map([
  ['pgbouncer', { cpus: '1', memory: '256M' }],
  [MONITORING_SERVICES.exporter, { cpus: '0.25', memory: '64M' }],
  [MONITORING_SERVICES.prometheus, { cpus: '0.5', memory: '512M' }],
  [MONITORING_SERVICES.grafana, { cpus: '0.5', memory: '512M' }],
  // It holds what it counts: a few hundred megabytes for a busy day's log.
  [MONITORING_SERVICES.pgbadger, { cpus: '0.5', memory: '1G' }],
]);

/** The limits of each service: the defaults, and over them what the settings say. */
export function resolveResources({ resources }: Settings): Stack['resources'] {
  const services = new Map<string, { cpus: string | undefined; memory: string | undefined }>(DEFAULTS);
  for (const [service, { cpus, memory }] of Object.entries(resources)) {
    const base = services.get(service);
    services.set(service, {
      cpus: cpus === undefined ? base?.cpus : String(cpus),
      memory: memory ?? base?.memory,
    });
  }
  return services;
}
