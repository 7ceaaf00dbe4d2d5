import { POOL_MODES, type Row } from './row.ts';

/**
 * What an entry of [databases] may say beside the server that it leads to. PgBouncer reads these numbers with
 * atoi: text is 0, a fraction is cut off, and what is negative is as if it were not there (loader.c).
 */
export const DATABASE_KEYS = {
  pool_mode: {
    type: 'enum',
    words: POOL_MODES,
    default: '',
    since: '1.6',
    description: 'Its own pool mode, such as `session` for migrations and the admin.',
  },
  pool_size: { type: 'int', default: '', zero: 'no limit', description: 'Its own size of each pool.' },
  min_pool_size: { type: 'int', default: '', since: '1.16', description: 'Its own min_pool_size.' },
  reserve_pool_size: { type: 'int', default: '', description: 'Its own reserve_pool_size.' },
  max_db_connections: {
    type: 'int',
    default: '',
    since: '1.6',
    zero: 'no limit',
    description: 'Server connections for this entry over all its users.',
  },
  max_db_client_connections: {
    type: 'int',
    default: '',
    since: '1.24',
    zero: 'no limit',
    description: 'Client connections for this entry.',
  },
  user: {
    type: 'str',
    default: '',
    description: 'The role that PgBouncer logs in to the server as, whoever the client is.',
  },
  connect_query: {
    type: 'str',
    default: '',
    description: 'A statement that each new server connection begins with.',
  },
  client_encoding: { type: 'str', default: '', description: "The server connections' client_encoding." },
  datestyle: { type: 'str', default: '', description: "The server connections' DateStyle." },
  timezone: { type: 'str', default: '', description: "The server connections' TimeZone." },
  application_name: { type: 'str', default: '', description: "The server connections' application_name." },
  auth_user: { type: 'str', default: '', since: '1.6', description: 'Its own auth_user.' },
  auth_query: { type: 'str', default: '', since: '1.22', description: 'Its own auth_query.' },
  auth_dbname: { type: 'str', default: '', since: '1.19', description: 'Its own auth_dbname.' },
  load_balance_hosts: {
    type: 'enum',
    words: ['round-robin', 'disable'],
    default: '',
    since: '1.24',
    description: 'How one of several hosts is chosen: each in turn, or the same one until it fails.',
  },
  server_lifetime: {
    type: 'int',
    unit: 's',
    min: 1,
    below: 'take the server_lifetime of [pgbouncer] instead',
    default: '',
    since: '1.23',
    description: 'Its own server_lifetime.',
  },
  query_wait_timeout: {
    type: 'int',
    unit: 's',
    default: '',
    since: '1.26',
    description: 'Its own query_wait_timeout.',
  },
} as const satisfies Record<string, Row>;
