import type { Row } from './row.ts';

/** How long each thing may take; PgBouncer reads them as seconds with a fraction. */
export const TIMEOUTS = {
  autodb_idle_timeout: {
    type: 'sec',
    default: '3600',
    description: 'How long a pool made from the `*` entry is kept when nobody uses it.',
  },
  cancel_wait_timeout: {
    type: 'sec',
    default: '10',
    since: '1.19',
    description: 'How long a cancel request waits for a free server connection.',
  },
  client_idle_timeout: {
    type: 'sec',
    default: '0',
    description:
      "How long a client may be idle before it is closed; 0 for ever. Should be above the client's own limits.",
  },
  client_login_timeout: {
    type: 'sec',
    default: '60',
    zero: 'no limit',
    description: 'How long a client has to log in.',
  },
  dns_max_ttl: { type: 'sec', default: '15', description: 'How long a DNS answer is kept.' },
  dns_nxdomain_ttl: {
    type: 'sec',
    default: '15',
    since: '1.6',
    description: 'How long a failed DNS look-up is kept.',
  },
  dns_zone_check_period: {
    type: 'sec',
    default: '0',
    description: "How often PgBouncer looks whether a DNS zone's serial changed; 0 never.",
  },
  idle_transaction_timeout: {
    type: 'sec',
    default: '0',
    zero: 'no limit',
    description: 'How long a client may sit idle in a transaction.',
  },
  pool_idle_timeout: {
    type: 'sec',
    default: '0',
    since: '1.26',
    description: 'How long an unused pool is kept; 0 for ever.',
  },
  query_timeout: {
    type: 'sec',
    default: '0',
    zero: 'no limit',
    description: "How long a query may run. Prefer Postgres's statement_timeout.",
  },
  query_wait_notify: {
    type: 'int',
    unit: 's',
    default: '5',
    since: '1.25',
    description: 'How long a client waits before it is told so.',
  },
  query_wait_timeout: {
    type: 'sec',
    default: '120',
    before: { '1.7': '0' },
    zero: 'no limit',
    description: 'How long a query may wait for a server connection before its client is closed.',
  },
  reserve_pool_timeout: {
    type: 'sec',
    default: '5',
    description: 'How long a client waits before the reserve is used; 0 turns the reserve off.',
  },
  server_check_delay: {
    type: 'sec',
    default: '30',
    description: 'How long an idle server connection is trusted without server_check_query.',
  },
  server_connect_timeout: {
    type: 'sec',
    default: '15',
    description: 'How long connecting and logging in to the server may take.',
  },
  server_idle_timeout: {
    type: 'sec',
    default: '600',
    zero: 'no limit',
    description: 'How long a server connection may be idle before it is closed.',
  },
  server_lifetime: {
    type: 'sec',
    default: '3600',
    description:
      'How old a server connection may be: past that it is closed when it is unused, to spread load and free memory.',
  },
  server_login_retry: {
    type: 'sec',
    default: '15',
    description:
      "How long to wait after a failed login to the server. PgBouncer's default turns each Postgres restart into 15 seconds of outage.",
  },
  suspend_timeout: {
    type: 'sec',
    default: '10',
    removed: '1.26',
    description: 'How long SUSPEND and a restart with -R wait for buffers to be flushed.',
  },
  transaction_timeout: {
    type: 'sec',
    default: '0',
    since: '1.25',
    zero: 'no limit',
    description: 'How long a transaction may take.',
  },
} as const satisfies Record<string, Row>;
