import { countCapacity, DEFAULT_DIRECT_CONNECTIONS } from '../stack/budget.ts';

/** The pool of an entry, and of its entry in session mode. */
export interface PoolSizes {
  readonly pool: number;
  readonly session: number;
}

/** What the entry in session mode has, where there is room. */
const SESSION_SIZE = 5;

/**
 * Pools of which each pair of database and user can have one of either kind within Postgres's connections.
 * @param pairs so many pairs there are
 * @param wanted how large a pool is to be, where there is room
 */
export function fitPools(pairs: number, wanted: number, max_connections: number): PoolSizes {
  const { available } = countCapacity({
    max_connections,
    direct_connections: DEFAULT_DIRECT_CONNECTIONS,
    settings: new Map(),
  });
  const share = Math.floor(available / Math.max(1, pairs));
  const session = Math.max(1, Math.min(SESSION_SIZE, Math.floor(share / 5)));
  return { session, pool: Math.max(1, Math.min(wanted, share - session)) };
}
