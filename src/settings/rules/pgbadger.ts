import { imageTag, isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { checkFloating } from './images.ts';

/** Settings of Postgres that decide where its log lies and whether pgBadger can read it. */
const READ_BY_PGBADGER =
  /^(?:logging_collector|log_(?:destination|directory|filename|file_mode|line_prefix|timezone|rotation_\w+|truncate_on_rotation)|lc_messages)$/i;

/** What pgBadger reads must be written, and where it looks for it. */
export function checkPgbadger(
  settings: Pick<Settings, 'monitoring' | 'postgres' | 'pgbouncer'>,
  found: Findings,
): void {
  const { pgbadger, log } = settings.monitoring;
  if (pgbadger !== undefined || log !== undefined) checkLogged(settings, found);
  if (pgbadger === undefined) return;
  const at = ['monitoring', 'pgbadger'];
  const { image, postgres } = pgbadger;
  if (isFloatingImage(image)) checkFloating([...at, 'image'], image, 'matsuu/pgbadger:13.2', found);
  if (postgres) checkPostgresLog(settings.postgres, [...at, 'postgres'], found);
}

function checkLogged({ pgbouncer }: Pick<Settings, 'pgbouncer'>, found: Findings): void {
  const given: Readonly<Record<string, unknown>> = pgbouncer;
  for (const name of ['log_connections', 'log_disconnections', 'log_stats']) {
    if (given[name] !== 0) continue;
    const message = `\`${name}\` cannot be 0 while \`monitoring\` has a log file: it is what the file is for`;
    found.value('log-setting', ['pgbouncer', name], message, 'remove it');
  }
}

function checkPostgresLog(
  { host, image, settings }: Settings['postgres'],
  at: readonly string[],
  found: Findings,
): void {
  if (host !== undefined) {
    const message = 'the log of a Postgres that someone else runs is not within reach';
    found.value('external-postgres', at, message, 'remove it, or run pgBadger where that server logs');
    return;
  }
  // Only the Debian variant's packages bring a /var/log/postgresql that the server may write to.
  if (/alpine/.test(imageTag(image ?? '') ?? '')) {
    const message = 'the Alpine variant of the Postgres image has no folder for its log';
    found.value('postgres-log', at, message, 'remove it, or use the image without `alpine` in its tag');
  }
  for (const name of Object.keys(settings)) {
    if (!READ_BY_PGBADGER.test(name)) continue;
    const message = `\`${name}\` cannot be set here: pgBadger would not find or read the log`;
    found.key('owned-setting', ['postgres', 'settings', name], message, 'remove it');
  }
}
