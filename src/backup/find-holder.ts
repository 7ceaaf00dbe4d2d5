import { psqlWords } from './look.ts';
import type { Server } from './server.ts';

/**
 * Whoever has what a session of this very run waits for. The session asks under the same name as those that it asks
 * about, and waits for nobody itself.
 */
const QUERY = `SELECT 'session ' || holder.pid || ' of ' || coalesce(holder.usename, 'nobody')
    || coalesce(' (' || nullif(holder.application_name, '') || ')', '')
    || coalesce(' from ' || host(holder.client_addr), '') || ', ' || coalesce(holder.state, 'at work')
    || coalesce(' since ' || to_char(holder.state_change AT TIME ZONE 'UTC', 'HH24:MI:SS') || ' UTC', '')
    || coalesce(', has ' || (SELECT string_agg(relation::regclass::text, ', ') FROM pg_locks
      WHERE pid = waiting.pid AND NOT granted AND relation IS NOT NULL), '')
  FROM pg_stat_activity waiting, unnest(pg_blocking_pids(waiting.pid)) AS blocking
  JOIN pg_stat_activity holder ON holder.pid = blocking
  WHERE waiting.application_name = current_setting('application_name') LIMIT 1`;

/**
 * Who keeps what is at work in a database waiting, in one line and without what it runs; undefined where nobody does,
 * or it cannot be seen. Takes a session of its own with docker, which has time left; never rejects.
 */
export async function findHolder(server: Server, database: string): Promise<string | undefined> {
  const found = await server.run(psqlWords(server, database, QUERY)).catch(() => undefined);
  return found?.code === 0 ? found.stdout.trim().split('\n')[0] || undefined : undefined;
}
