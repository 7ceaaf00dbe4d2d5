import { BUILT_IN_DEFAULTS } from './default-settings.ts';
import type { Stack } from './stack.ts';

/** Room for the listening socket, the log, DNS, the console, and cancel requests, which bypass the limits. */
const MARGIN = 128;

/**
 * The most server connections that the pools may open: a pool is one (database, user) pair with its size and
 * reserve, and max_db_connections caps an entry (PgBouncer's config documentation). A size of 0 means no limit;
 * then only the number of clients bounds it.
 */
function countServerConnections(stack: Stack): number {
  const global = stack.pgbouncer.settings;
  const clients = countClients(stack);
  let total = 0;
  for (const { users, settings } of stack.databases) {
    const size = Number(
      settings.get('pool_size') ?? global.get('default_pool_size') ?? BUILT_IN_DEFAULTS.default_pool_size,
    );
    const reserve =
      settings.get('reserve_pool_size') ?? settings.get('reserve_pool') ?? global.get('reserve_pool_size');
    const cap = Number(settings.get('max_db_connections') ?? global.get('max_db_connections') ?? 0);
    const pools = size === 0 ? clients : users.length * (size + Number(reserve ?? 0));
    total += cap === 0 ? pools : Math.min(pools, cap);
  }
  return total;
}

function countClients(stack: Stack): number {
  return Number(stack.pgbouncer.settings.get('max_client_conn') ?? BUILT_IN_DEFAULTS.max_client_conn);
}

/**
 * The open files that PgBouncer must be allowed: one for each client and each server connection, and a
 * margin; rounded up so that a small change of a pool does not recreate the container.
 */
export function countOpenFiles(stack: Stack): number {
  const needed = countClients(stack) + countServerConnections(stack) + MARGIN;
  return Math.ceil(needed / 1024) * 1024;
}
