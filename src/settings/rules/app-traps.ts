import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { chooseClient } from '../secret-uses.ts';
import { poolSettings } from './pool-settings.ts';

/** What an application may not ask of the pool mode that it is in. */
export function checkAppTraps(
  { app, databases, pgbouncer }: Pick<Settings, 'app' | 'databases' | 'pgbouncer'>,
  found: Findings,
): void {
  if (app?.kind !== 'django') return;
  const { database, user } = chooseClient({ app, databases });
  const global = poolSettings({ pgbouncer }).get('pool_mode');
  const entry = Object.hasOwn(databases, database) ? databases[database] : undefined;
  const mode = entry?.pool_mode ?? global;
  const { CONN_MAX_AGE: age, DISABLE_SERVER_SIDE_CURSORS: disabled } = app.environment;
  if (isPlain(age) && String(age) !== '0')
    found.doubt(
      'conn-max-age',
      ['app', 'environment', 'CONN_MAX_AGE'],
      'each worker thread of Django keeps a connection to the pool open, used or not',
      'remove the line: 0 is what the stack sets',
    );
  if (mode === 'session' || entry === undefined) return;
  if (isPlain(disabled) && /^(?:0|false|no|off|)$/i.test(String(disabled)))
    found.doubt(
      'server-side-cursors',
      ['app', 'environment', 'DISABLE_SERVER_SIDE_CURSORS'],
      `in ${mode} mode a server-side cursor loses its connection between two fetches`,
      'remove the line: 1 is what the stack sets',
    );
  if (mode === 'statement')
    found.doubt(
      'statement-mode',
      ['databases', database, 'pool_mode'],
      'Django opens transactions, which statement mode refuses',
      'use `pool_mode: transaction`',
    );
  const session = Object.values(databases).some(
    ({ users, pool_mode }) => users.includes(user) && (pool_mode ?? global) === 'session',
  );
  if (!session)
    found.doubt(
      'no-session-entry',
      ['databases', database],
      `${user} has no entry in session mode, and migrations and the Django admin need one`,
      `add one below it: \`{ dbname: ${entry.dbname ?? database}, users: [${user}], pool_mode: session, pool_size: 5 }\``,
    );
}

function isPlain(value: unknown): value is string | number | boolean {
  return value !== undefined && typeof value !== 'object';
}
