import { isIP } from 'node:net';
import { isFloatingImage } from '../../stack/image.ts';
import { isSettingName, settingFacts } from '../../stack/pgbouncer-settings.ts';
import { formatPgbouncerVersion, isAtLeast } from '../../stack/pgbouncer-version.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { pgbouncerVersionOf } from '../versions.ts';
import { checkFloating } from './images.ts';

/** The image and where it is published. */
export function checkPgbouncer(settings: Settings, found: Findings): void {
  const { image, bind } = settings.pgbouncer;
  const at = ['pgbouncer', 'image'];
  if (isFloatingImage(image)) checkFloating(at, image, 'edoburu/pgbouncer:v1.25.2-p0', found);
  else if (pgbouncerVersionOf(settings) === undefined) {
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

/** PgBouncer does not start with a setting that it does not know. */
export function checkSettingVersions(settings: Settings, found: Findings): void {
  const version = pgbouncerVersionOf(settings);
  if (version === undefined) return;
  for (const name of Object.keys(settings.pgbouncer)) {
    if (!isSettingName(name)) continue;
    const { since } = settingFacts(name);
    if (isAtLeast(version, since)) continue;
    const message = `PgBouncer ${formatPgbouncerVersion(version)} does not know \`${name}\`, which came with ${since}`;
    found.key('setting-version', ['pgbouncer', name], message, 'remove the line, or use a newer image');
  }
}
