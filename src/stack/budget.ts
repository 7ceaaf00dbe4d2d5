import { BUILT_IN_DEFAULTS } from './default-settings.ts';
import type { Database, OwnPostgres, User } from './stack.ts';

/** Postgres's own default, which the stack sets where the settings do not. */
export const DEFAULT_MAX_CONNECTIONS = 100;

/** What is kept for those who come past the pool, where the settings do not say. */
export const DEFAULT_DIRECT_CONNECTIONS = 5;

type Keys = ReadonlyMap<string, string>;

/** What the number of server connections hangs on. */
export interface BudgetFacts {
  readonly databases: readonly Pick<Database, 'name' | 'users' | 'settings'>[];
  readonly users: readonly Pick<User, 'name' | 'settings'>[];
  /** As whom PgBouncer asks about users, and through which entries: for each a pool of its own. */
  readonly askers: readonly Asker[];
  /** The `[pgbouncer]` section. */
  readonly settings: Keys;
  /** PgBouncers that serve the same server: all limits count in one process. */
  readonly processes: number;
}

/** An auth_user, and the entry through which it asks. */
export interface Asker {
  readonly database: string;
  readonly user: string;
}

/** One pool: PgBouncer has one for each pair of entry and user. */
export interface Pool {
  readonly database: string;
  readonly user: string;
  /** Infinity where there is no limit. */
  readonly size: number;
  readonly reserve: number;
}

/** What one entry, or one user over all entries, may open. */
export interface Share {
  readonly name: string;
  /** Its pools together. */
  readonly pools: number;
  /** max_db_connections or max_user_connections; Infinity for none. */
  readonly cap: number;
}

export interface Budget {
  readonly pools: readonly Pool[];
  readonly databases: readonly Share[];
  readonly users: readonly Share[];
  /** The most server connections that one process opens. */
  readonly each: number;
  readonly processes: number;
  readonly total: number;
}

/** What Postgres has for the pools. */
export interface Capacity {
  readonly max_connections: number;
  readonly superuser_reserved_connections: number;
  readonly reserved_connections: number;
  /** What roles that are no superusers may take. */
  readonly usable: number;
  /** Kept for those who come past the pool: backups, migrations, people. */
  readonly direct_connections: number;
  /** What is left for the pools. */
  readonly available: number;
}

/**
 * The most server connections that the pools may open: the smaller one of two sums, since both caps hold. Over the
 * entries, each its pools or its max_db_connections; over the users, each theirs or their max_user_connections.
 * A pool has its size and, where reserve_pool_timeout is above 0, its reserve; sizes of a user come before those of
 * an entry, and 0 is no limit (PgBouncer's config documentation, held by test/e2e/budget.test.ts). An auth_user has a
 * pool like anybody else (start_auth_query in PgBouncer's src/client.c).
 */
export function countBudget({ databases, users, askers, settings, processes }: BudgetFacts): Budget {
  const userSettings = new Map(users.map((user) => [user.name, user.settings]));
  const askersOf = groupByDatabase(askers);
  const pools: Pool[] = [];
  const byUser = new Map<string, number>();
  const shares = databases.map((database): Share => {
    let sum = 0;
    // Whoever logs in to an entry with a forced user shares that one's pool, under that one's limits.
    const forced = database.settings.get('user');
    const clients = forced === undefined ? database.users : [forced];
    // Where it comes as a client as well, that is the same pool.
    const asking = (askersOf.get(database.name) ?? []).filter(
      (user) => forced !== undefined || !clients.includes(user),
    );
    for (const name of [...clients, ...asking]) {
      const pool = poolOf(database, name, userSettings.get(name), settings);
      pools.push(pool);
      sum += pool.size + pool.reserve;
      byUser.set(name, (byUser.get(name) ?? 0) + pool.size + pool.reserve);
    }
    return { name: database.name, pools: sum, cap: limit(database.settings, settings, 'max_db_connections') };
  });
  const userShares = [...byUser].map(([name, sum]): Share => {
    const own = userSettings.get(name) ?? new Map();
    return { name, pools: sum, cap: limit(own, settings, 'max_user_connections') };
  });
  const each = Math.min(sumShares(shares), sumShares(userShares));
  return { pools, databases: shares, users: userShares, each, processes, total: each * processes };
}

function groupByDatabase(askers: readonly Asker[]): ReadonlyMap<string, readonly string[]> {
  const grouped = new Map<string, string[]>();
  for (const { database, user } of askers) grouped.set(database, [...(grouped.get(database) ?? []), user]);
  return grouped;
}

/** The pools of `user` in `database`: its size, and its reserve. */
function poolOf(
  { name, settings }: BudgetFacts['databases'][number],
  user: string,
  own: Keys | undefined,
  global: Keys,
): Pool {
  const size =
    own?.get('pool_size') ??
    settings.get('pool_size') ??
    global.get('default_pool_size') ??
    BUILT_IN_DEFAULTS.default_pool_size;
  // reserve_pool is what the key of an entry was called before 1.24.
  const reserve =
    own?.get('reserve_pool_size') ??
    settings.get('reserve_pool_size') ??
    settings.get('reserve_pool') ??
    global.get('reserve_pool_size') ??
    BUILT_IN_DEFAULTS.reserve_pool_size;
  const hasReserve = Number.parseFloat(global.get('reserve_pool_timeout') ?? '5') !== 0;
  return { database: name, user, size: Number(size) || Infinity, reserve: hasReserve ? Number(reserve) : 0 };
}

/** A cap of its own or the global one; 0 is none. */
function limit(own: Keys, global: Keys, key: string): number {
  return Number(own.get(key) ?? global.get(key) ?? 0) || Infinity;
}

function sumShares(shares: readonly Share[]): number {
  return shares.reduce((sum, { pools, cap }) => sum + Math.min(pools, cap), 0);
}

/**
 * What a Postgres has for the pools: max_connections without what it keeps for superusers
 * (superuser_reserved_connections, 3 by default), since 16 for pg_use_reserved_connections (reserved_connections,
 * 0 by default), and for those who come past the pool.
 */
export function countCapacity({
  max_connections,
  settings,
  direct_connections,
}: Pick<OwnPostgres, 'max_connections' | 'settings' | 'direct_connections'>): Capacity {
  const setting = (wanted: string, fallback: number) => {
    const [, value] = [...settings].find(([name]) => name.toLowerCase() === wanted) ?? [];
    return Number(value ?? fallback);
  };
  const superuser_reserved_connections = setting('superuser_reserved_connections', 3);
  const reserved_connections = setting('reserved_connections', 0);
  const usable = max_connections - superuser_reserved_connections - reserved_connections;
  return {
    max_connections,
    superuser_reserved_connections,
    reserved_connections,
    usable,
    direct_connections,
    available: usable - direct_connections,
  };
}
