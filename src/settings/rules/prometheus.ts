import { isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import { PROMETHEUS_DEFAULTS } from '../prometheus-schema.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import { checkFloating } from './images.ts';
import { checkUnused } from './unused.ts';

/** The images, what the exporter needs to get in, and only what the kind can use. */
export function checkPrometheus(
  { monitoring, users, pgbouncer }: Pick<Settings, 'monitoring' | 'users' | 'pgbouncer'>,
  found: Findings,
): void {
  const prometheus = monitoring.prometheus;
  if (prometheus === undefined) return;
  const at = ['monitoring', 'prometheus'];
  const { external, image, exporter } = prometheus;
  if (external) checkUnused(prometheus, PROMETHEUS_DEFAULTS, at, found);
  else if (isFloatingImage(image)) checkFloating([...at, 'image'], image, PROMETHEUS_DEFAULTS.image, found);
  if (isFloatingImage(exporter.image)) {
    const example = 'prometheuscommunity/pgbouncer-exporter:v0.12.1';
    checkFloating([...at, 'exporter', 'image'], exporter.image, example, found);
  }
  // A secret may be a hash, which nobody can log in with.
  const isUsable = (user: Settings['users'][string]) =>
    rolesOf(user).includes('stats') && user.password !== undefined;
  if (!Object.values(users).some(isUsable)) {
    found.key(
      'no-stats-user',
      at,
      'no user with a `password` has `role: stats`, and the exporter enters the console as one',
      'add one under `users`: `stats: { password: { env: PGBOUNCER_STATS_PASSWORD }, role: stats }`',
    );
  }
  const given: Readonly<Record<string, unknown>> = pgbouncer;
  const ignored = given['ignore_startup_parameters'];
  if (typeof ignored === 'string' && !/(^|,)\s*extra_float_digits\s*(,|$)/.test(ignored)) {
    found.value(
      'exporter-startup-parameter',
      ['pgbouncer', 'ignore_startup_parameters'],
      'the exporter sends extra_float_digits when it logs in, which PgBouncer refuses',
      'add `extra_float_digits` to the list',
    );
  }
}
