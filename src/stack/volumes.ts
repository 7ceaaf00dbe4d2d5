/** The named volumes that the stack makes for its own services. */
export const VOLUMES = {
  postgresData: 'postgres_data',
  postgresLog: 'postgres_log',
  pgbouncerLog: 'pgbouncer_log',
  prometheus: 'prometheus_data',
  grafana: 'grafana_data',
  reports: 'pgbadger_reports',
} as const;
