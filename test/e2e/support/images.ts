/** The images under test, from test/testbed. */
export const IMAGES = {
  pgbouncer126: 'ecar-pool-testbed/pgbouncer:1.26.1',
  pgbouncer124: 'ecar-pool-testbed/pgbouncer:1.24.1',
  pgbouncer118: 'ecar-pool-testbed/pgbouncer:1.18.0',
  postgres18: 'ecar-pool-testbed/postgres:18',
  postgres17: 'ecar-pool-testbed/postgres:17',
  pgbadger: 'ecar-pool-testbed/pgbadger:13.2',
  django: 'ecar-pool-testbed/django:5.2',
  exporter: 'ecar-pool-testbed/pgbouncer-exporter:0.12.0',
  prometheus: 'ecar-pool-testbed/prometheus:3.5',
  grafanaStandIn: 'ecar-pool-testbed/grafana-stand-in:1',
} as const;
