import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { POSTGRES_SERVICE } from '../stack/stack.ts';
import type { Settings } from './schema.ts';

/** The Compose services of the stack but for the application's. */
export function listServiceNames({
  postgres,
  monitoring: { prometheus, grafana, pgbadger },
}: {
  readonly postgres: { readonly host?: string | undefined; readonly service?: string | undefined };
  readonly monitoring: Settings['monitoring'];
}): string[] {
  return [
    'pgbouncer',
    ...(postgres.host === undefined && postgres.service === undefined ? [POSTGRES_SERVICE] : []),
    ...(prometheus ? [MONITORING_SERVICES.exporter] : []),
    ...(prometheus?.external === false ? [MONITORING_SERVICES.prometheus] : []),
    ...(grafana?.external === false ? [MONITORING_SERVICES.grafana] : []),
    ...(pgbadger ? [MONITORING_SERVICES.pgbadger] : []),
  ];
}
