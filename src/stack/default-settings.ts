import { POOLING } from './catalogue/pooling.ts';
import type { SettingName } from './pgbouncer-settings.ts';
import { isAtLeast, type PgbouncerVersion } from './pgbouncer-version.ts';

/** What PgBouncer does where a setting is left out, for those that ecar-pool counts with or shows. */
export const BUILT_IN_DEFAULTS = {
  max_client_conn: POOLING.max_client_conn.default,
  default_pool_size: POOLING.default_pool_size.default,
  min_pool_size: POOLING.min_pool_size.default,
  reserve_pool_size: POOLING.reserve_pool_size.default,
} satisfies Partial<Record<SettingName, string>>;

/**
 * The few `[pgbouncer]` settings whose built-in default serves nobody behind Compose; all others are left
 * to PgBouncer unless the settings file sets them.
 */
export function defaultSettings(version: PgbouncerVersion): ReadonlyMap<SettingName, string> {
  const defaults = new Map<SettingName, string>([
    // PgBouncer's default, session, pools nothing while clients stay connected.
    ['pool_mode', 'transaction'],
    // PgBouncer's 15 keeps clients waiting that long after Postgres is back from a restart.
    ['server_login_retry', '2'],
    // JDBC and Npgsql send extra_float_digits; `options` closes CVE-2026-107349 (PgBouncer 1.20 to 1.26.0).
    ['ignore_startup_parameters', 'extra_float_digits,options'],
  ]);
  // Off by default from 1.21 to 1.23: drivers that prepare statements fail in transaction mode.
  if (isAtLeast(version, '1.21')) defaults.set('max_prepared_statements', '200');
  return defaults;
}
