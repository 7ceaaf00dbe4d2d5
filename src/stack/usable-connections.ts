import type { OwnPostgres } from './stack.ts';

/**
 * The connections that Postgres has for roles that are no superusers: max_connections without what it keeps for
 * superusers (superuser_reserved_connections, 3 by default) and, since 16, for pg_use_reserved_connections
 * (reserved_connections, 0 by default).
 */
export function countUsableConnections({ max_connections, settings }: OwnPostgres): number {
  const setting = (wanted: string, fallback: number) => {
    const [, value] = [...settings].find(([name]) => name.toLowerCase() === wanted) ?? [];
    return Number(value ?? fallback);
  };
  return max_connections - setting('superuser_reserved_connections', 3) - setting('reserved_connections', 0);
}
