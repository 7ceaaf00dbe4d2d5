import { BUILT_IN_DEFAULTS } from '../../stack/default-settings.ts';
import { formatPgbouncerVersion, isAtLeast } from '../../stack/pgbouncer-version.ts';
import type { Findings } from '../finding.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import { pgbouncerVersionOf } from '../versions.ts';
import { poolSettings } from './pool-settings.ts';

/** Above so many seconds, a restart of Postgres is felt for longer than it takes. */
const LONG_RETRY = 5;

/** What PgBouncer takes in silence and then does otherwise than it was meant. */
export function checkTraps(
  sections: Pick<Settings, 'pgbouncer' | 'databases' | 'users'>,
  found: Findings,
): void {
  const settings = poolSettings(sections);
  const number = (name: string, fallback: number | string) => Number(settings.get(name) ?? fallback);
  const at = (name: string) => ['pgbouncer', name];
  if (number('reserve_pool_size', 0) > 0 && number('reserve_pool_timeout', 5) === 0)
    found.doubt(
      'reserve-off',
      at('reserve_pool_timeout'),
      'a reserve_pool_timeout of 0 turns the reserve off',
      'set `reserve_pool_timeout: 5`, or remove `reserve_pool_size`',
    );
  if (number('server_login_retry', 15) > LONG_RETRY)
    found.doubt(
      'server-login-retry',
      at('server_login_retry'),
      `each restart of Postgres becomes an outage of ${settings.get('server_login_retry') ?? 15} seconds`,
      'remove the line: 2 is the default here',
    );
  if (settings.has('server_check_query') && settings.get('server_check_query') !== '')
    found.note(
      'server-check-query',
      at('server_check_query'),
      'a server_check_query costs a round trip and finds nothing that PgBouncer does not',
      'remove the line',
    );
  checkMinPoolSizes(sections, settings, found);
  checkModes(sections, settings, found);
  checkIdleTimeouts(sections, settings, found);
}

function checkMinPoolSizes(
  { databases }: Pick<Settings, 'databases'>,
  settings: ReadonlyMap<string, string>,
  found: Findings,
): void {
  const size = Number(settings.get('default_pool_size') ?? BUILT_IN_DEFAULTS.default_pool_size);
  const least = Number(settings.get('min_pool_size') ?? BUILT_IN_DEFAULTS.min_pool_size);
  const complain = (path: readonly string[], kept: number, most: number, whose: string) => {
    const message = `min_pool_size ${kept} is above ${whose} ${most}, which PgBouncer takes instead`;
    found.doubt('min-pool-size', path, message, `set \`min_pool_size: ${most}\` or less, or raise the pool`);
  };
  if (size > 0 && least > size)
    complain(['pgbouncer', 'min_pool_size'], least, size, 'the default_pool_size of');
  for (const [name, entry] of Object.entries(databases)) {
    if (entry.pool_size === undefined && entry.min_pool_size === undefined) continue;
    const [kept, most] = [entry.min_pool_size ?? least, entry.pool_size ?? size];
    const key = entry.min_pool_size === undefined ? 'pool_size' : 'min_pool_size';
    if (most > 0 && kept > most) complain(['databases', name, key], kept, most, 'the pool size of');
  }
}

/** What does not go together with the pool modes there are. */
function checkModes(
  sections: Pick<Settings, 'pgbouncer' | 'databases' | 'users'>,
  settings: ReadonlyMap<string, string>,
  found: Findings,
): void {
  const { databases, users } = sections;
  const global = settings.get('pool_mode');
  const modes = new Set<string | undefined>([
    ...Object.values(databases).map(({ pool_mode }) => pool_mode ?? global),
    ...Object.values(users).flatMap((user) => (rolesOf(user).includes('app') ? (user.pool_mode ?? []) : [])),
  ]);
  const isAlways = settings.get('server_reset_query_always') === '1';
  if (settings.has('server_reset_query') && !modes.has('session') && !isAlways)
    found.note(
      'reset-query-unused',
      ['pgbouncer', 'server_reset_query'],
      `in ${global} mode PgBouncer never sends server_reset_query`,
      'remove the line',
    );
  const version = pgbouncerVersionOf(sections);
  if (!modes.has('transaction') || version === undefined) return;
  const at = ['pgbouncer', 'max_prepared_statements'];
  if (!isAtLeast(version, '1.21'))
    found.note(
      'prepared-statements',
      ['pgbouncer', 'image'],
      `PgBouncer ${formatPgbouncerVersion(version)} keeps no prepared statements in transaction mode: drivers must not prepare`,
      'use an image with 1.21 or newer, or switch preparing off in the driver',
    );
  else if (settings.get('max_prepared_statements') === '0')
    found.doubt(
      'prepared-statements',
      at,
      'with max_prepared_statements 0, drivers that prepare statements fail in transaction mode',
      'remove the line: 200 is the default here',
    );
}

/** With the global one at 0, a user's own makes PgBouncer end the idle clients of everyone else (1.24 to 1.26). */
function checkIdleTimeouts(
  { users }: Pick<Settings, 'users'>,
  settings: ReadonlyMap<string, string>,
  found: Findings,
): void {
  if (Number(settings.get('client_idle_timeout') ?? 0) > 0) return;
  for (const [name, user] of Object.entries(users)) {
    const own: Readonly<Record<string, unknown>> = user;
    if (!Number(own['client_idle_timeout'] ?? 0)) continue;
    const message = `while the global client_idle_timeout is 0, the one of ${name} disconnects every other idle client at once`;
    const hint = 'set `pgbouncer.client_idle_timeout` above 0 beside it';
    found.forbid('client-idle-timeout', ['users', name, 'client_idle_timeout'], message, hint);
  }
}
