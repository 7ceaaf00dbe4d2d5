import { isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import { PROMETHEUS_DEFAULTS } from '../prometheus-schema.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import { checkFloating, checkOldImage } from './images.ts';
import { checkUnused } from './unused.ts';

const SCRAPE_FILES = { since: '2.43', why: 'which brought `scrape_config_files`' };
const COUNTERS = { since: '0.11', why: 'which named the counters that rules and dashboard ask for' };

/** The images, what the exporter needs to get in, and only what the kind can use. */
export function checkPrometheus(
  { monitoring, users, pgbouncer }: Pick<Settings, 'monitoring' | 'users' | 'pgbouncer'>,
  found: Findings,
): void {
  const prometheus = monitoring.prometheus;
  if (prometheus === undefined) return;
  const at = ['monitoring', 'prometheus'];
  const { external, image, exporter } = prometheus;
  if (external) {
    checkUnused(prometheus, PROMETHEUS_DEFAULTS, at, found);
    if (prometheus.alertmanagers.length > 0)
      found.key(
        'external-monitoring',
        [...at, 'alertmanagers'],
        '`monitoring.prometheus.alertmanagers` has no use with `external: true`: that Prometheus has its own',
        'remove it',
      );
  } else if (isFloatingImage(image)) checkFloating([...at, 'image'], image, PROMETHEUS_DEFAULTS.image, found);
  else checkOldImage([...at, 'image'], image, SCRAPE_FILES, found);
  const atExporter = [...at, 'exporter', 'image'];
  if (isFloatingImage(exporter.image)) {
    const example = 'prometheuscommunity/pgbouncer-exporter:v0.12.1';
    checkFloating(atExporter, exporter.image, example, found);
  } else checkOldImage(atExporter, exporter.image, COUNTERS, found);
  if (exporter.address !== undefined && !(external && exporter.port !== undefined))
    found.key(
      'unused-address',
      [...at, 'exporter', 'address'],
      '`monitoring.prometheus.exporter.address` is for a Prometheus outside of the network alone',
      'remove it, or add `external: true` and the `port` that it is published on',
    );
  // A secret may be a hash, which nobody can log in with.
  const isUsable = (user: Settings['users'][string]) =>
    rolesOf(user).includes('stats') &&
    user[pgbouncer.auth_type === 'cert' ? 'sslcert' : 'password'] !== undefined;
  if (!Object.values(users).some(isUsable)) {
    found.key(
      'no-stats-user',
      at,
      `no user with ${pgbouncer.auth_type === 'cert' ? 'an `sslcert`' : 'a `password`'} has \`role: stats\`, and the exporter enters the console as one`,
      pgbouncer.auth_type === 'cert'
        ? 'add one under `users`: `stats: { sslcert: PATH, sslkey: PATH, role: stats }`'
        : 'add one under `users`: `stats: { password: { env: PGBOUNCER_STATS_PASSWORD }, role: stats }`',
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
