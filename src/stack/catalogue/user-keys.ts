import { POOL_MODES, type Row } from './row.ts';

/** What an entry of [users] may say; PgBouncer reads the numbers as it does those of [databases]. */
export const USER_KEYS = {
  pool_mode: {
    type: 'enum',
    words: POOL_MODES,
    default: '',
    since: '1.6',
    description: 'Its own pool mode in every database.',
  },
  pool_size: {
    type: 'int',
    default: '',
    since: '1.23',
    zero: 'no limit',
    description: 'Its own size of each pool.',
  },
  reserve_pool_size: { type: 'int', default: '', since: '1.24', description: 'Its own reserve_pool_size.' },
  max_user_connections: {
    type: 'int',
    default: '',
    since: '1.6',
    zero: 'no limit',
    description: 'Server connections of this user over all databases.',
  },
  max_user_client_connections: {
    type: 'int',
    default: '',
    since: '1.24',
    zero: 'no limit',
    description: 'Client connections of this user.',
  },
  query_timeout: {
    type: 'int',
    unit: 's',
    default: '',
    since: '1.24',
    description: 'Its own query_timeout.',
  },
  idle_transaction_timeout: {
    type: 'int',
    unit: 's',
    default: '',
    since: '1.24',
    description: 'Its own idle_transaction_timeout.',
  },
  client_idle_timeout: {
    type: 'int',
    unit: 's',
    default: '',
    since: '1.24',
    description: 'Its own client_idle_timeout.',
  },
  transaction_timeout: {
    type: 'int',
    unit: 's',
    default: '',
    since: '1.25',
    description: 'Its own transaction_timeout.',
  },
  query_wait_timeout: {
    type: 'int',
    unit: 's',
    default: '',
    since: '1.26',
    description: 'Its own query_wait_timeout.',
  },
} as const satisfies Record<string, Row>;
