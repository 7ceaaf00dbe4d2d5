import { POOL_MODES, type Row } from './row.ts';

/** How clients share server connections, and how many of each there may be. */
export const POOLING = {
  application_name_add_host: {
    type: 'flag',
    default: '0',
    since: '1.6',
    description:
      "Add the client's address and port to application_name at connect, so that Postgres's logs and views tell clients apart.",
  },
  default_pool_size: {
    type: 'int',
    below: 'take it for no limit',
    default: '20',
    zero: 'no limit',
    description: 'Server connections per pair of user and database.',
  },
  disable_pqexec: {
    type: 'flag',
    default: '0',
    change: 'restart',
    description: 'Refuse several statements in one simple query.',
  },
  ignore_startup_parameters: {
    type: 'str',
    default: '',
    description:
      'Start-up parameters to accept and drop. Without `options` in the list, PgBouncer up to 1.26.0 can be made to spin (CVE-2026-107349).',
  },
  login_notify_message: {
    type: 'str',
    default: '',
    since: '1.26',
    description: 'A notice that each client is sent at login.',
  },
  max_client_conn: {
    type: 'int',
    min: 1,
    below: 'start and let nobody in',
    default: '100',
    description: 'Client connections accepted at most.',
  },
  max_db_client_connections: {
    type: 'int',
    default: '0',
    since: '1.24',
    zero: 'no limit',
    description: 'Client connections per database.',
  },
  max_db_connections: {
    type: 'int',
    default: '0',
    since: '1.6',
    zero: 'no limit',
    description: 'Server connections per [databases] entry over all its users.',
  },
  max_prepared_statements: {
    type: 'int',
    default: '200',
    before: { '1.24': '0' },
    since: '1.21',
    description:
      'Named prepared statements kept per server connection, which makes them work in transaction mode; 0 turns that off.',
  },
  max_user_client_connections: {
    type: 'int',
    default: '0',
    since: '1.24',
    zero: 'no limit',
    description: 'Client connections per user.',
  },
  max_user_connections: {
    type: 'int',
    default: '0',
    since: '1.6',
    zero: 'no limit',
    description: 'Server connections per user over all databases.',
  },
  min_pool_size: {
    type: 'int',
    default: '0',
    description: 'Server connections kept open in a pool that has clients.',
  },
  pool_mode: {
    type: 'enum',
    words: POOL_MODES,
    default: 'session',
    description:
      'When a server connection goes back to the pool: after the session, the transaction, or the statement.',
  },
  reserve_pool_size: {
    type: 'int',
    default: '0',
    description:
      'Server connections that a pool may open beyond its size when a client has waited for reserve_pool_timeout.',
  },
  server_check_query: {
    type: 'str',
    default: '<empty>',
    before: { '1.25': 'select 1' },
    description: 'A query that tests an idle server connection; best left out.',
  },
  server_fast_close: {
    type: 'flag',
    default: '0',
    since: '1.9',
    description: 'In session mode, close server connections at once when their settings changed.',
  },
  server_reset_query: {
    type: 'str',
    default: 'DISCARD ALL',
    description: 'Sent when a session ends in session mode. Without quotes: PgBouncer takes them literally.',
  },
  server_reset_query_always: {
    type: 'flag',
    default: '0',
    before: { '1.7': '1' },
    since: '1.6',
    description: 'Send server_reset_query in every pool mode.',
  },
  server_round_robin: {
    type: 'flag',
    default: '0',
    description: 'Use idle server connections in turn instead of the latest first.',
  },
  track_extra_parameters: {
    type: 'str',
    default: '',
    before: { '1.26': 'IntervalStyle' },
    since: '1.20',
    change: 'restart',
    description: 'Further parameters to keep per client.',
  },
} as const satisfies Record<string, Row>;
