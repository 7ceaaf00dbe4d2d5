import { isIP } from 'node:net';
import { isFloatingImage } from '../../stack/image.ts';
import { isSettingName, settingFacts } from '../../stack/pgbouncer-settings.ts';
import { formatPgbouncerVersion, isAtLeast } from '../../stack/pgbouncer-version.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';
import { pgbouncerVersionOf } from '../versions.ts';
import { checkFloating } from './images.ts';

/** The image and where it is published. */
export function checkPgbouncer(settings: Pick<Settings, 'pgbouncer'>, found: Findings): void {
  const { image, bind } = settings.pgbouncer;
  const at = ['pgbouncer', 'image'];
  if (isFloatingImage(image)) checkFloating(at, image, 'edoburu/pgbouncer:v1.26.0-p0', found);
  else if (pgbouncerVersionOf(settings) === undefined && !found.isRefused(['pgbouncer', 'version'])) {
    found.value(
      'pgbouncer-version',
      at,
      `the tag of ${image} does not tell PgBouncer's version`,
      'add `version: 1.25.2`, or whichever it is, below it',
    );
  }
  if (isIP(bind) === 0)
    found.value(
      'value',
      ['pgbouncer', 'bind'],
      `${bind} is no IP address`,
      'use 127.0.0.1, or an address of this host',
    );
}

/** PgBouncer takes quotes for part of the value: it starts with a `'DISCARD ALL'` and never resets a connection. */
export function checkQuotes(settings: Pick<Settings, 'pgbouncer'>, found: Findings): void {
  for (const [name, value] of Object.entries(settings.pgbouncer)) {
    if (typeof value !== 'string' || !isSettingName(name) || !/^(['"]).*\1$/.test(value)) continue;
    const message = `\`pgbouncer.${name}\` has quotes in it, which PgBouncer takes for part of the value`;
    const fix = `write \`${name}: ${value.slice(1, -1)}\``;
    found.value('quoted-value', ['pgbouncer', name], message, fix);
  }
}

/** The releases that brought the keys of [databases] and [users], where that is not long ago. */
const KEYS_SINCE = {
  pool_mode: '1.6',
  max_db_connections: '1.6',
  max_user_connections: '1.6',
  min_pool_size: '1.16',
};

/** PgBouncer does not start with a setting that it does not know. */
export function checkSettingVersions(
  settings: Pick<Settings, 'pgbouncer' | 'databases' | 'users'>,
  found: Findings,
): void {
  const version = pgbouncerVersionOf(settings);
  if (version === undefined) return;
  const check = (path: Path, since: string) => {
    if (isAtLeast(version, since)) return;
    const message = `PgBouncer ${formatPgbouncerVersion(version)} does not know \`${String(path.at(-1))}\`, which came with ${since}`;
    found.key('setting-version', path, message, 'remove it, or use a newer image');
  };
  for (const name of Object.keys(settings.pgbouncer))
    if (isSettingName(name)) check(['pgbouncer', name], settingFacts(name).since);
  for (const section of ['databases', 'users'] as const)
    for (const [name, entry] of Object.entries(settings[section]))
      for (const [key, since] of Object.entries(KEYS_SINCE))
        if (Object.hasOwn(entry, key)) check([section, name, key], since);
}
