import { BUILT_IN_DEFAULTS } from './default-settings.ts';

/** Variables of the rendered `.env` that are no secrets. */
export const OPEN_VARIABLES: ReadonlySet<string> = new Set([
  ...['DB_NAME', 'DB_USER', 'DB_HOST', 'DB_PORT'],
  ...Object.keys(BUILT_IN_DEFAULTS).map((name) => `PGBOUNCER_${name.toUpperCase()}`),
]);

/** All variables that the rendered `.env` holds by itself; the application's secrets come beside them. */
export const OWN_VARIABLES: ReadonlySet<string> = new Set([
  ...OPEN_VARIABLES,
  ...['DB_PASSWORD', 'POSTGRES_PASSWORD'],
]);
