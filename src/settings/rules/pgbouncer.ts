import { isIP } from 'node:net';
import { isFloatingImage } from '../../stack/image.ts';
import { isSettingName } from '../../stack/pgbouncer-settings.ts';
import { formatPgbouncerVersion, isAtLeast } from '../../stack/pgbouncer-version.ts';
import type { Findings } from '../finding.ts';
import { createSuggester } from '../nearest.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';
import { pgbouncerVersionOf } from '../versions.ts';
import { checkFloating } from './images.ts';

const OLDEST_TESTED = '1.18';

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
  const version = pgbouncerVersionOf(settings);
  if (version !== undefined && !isAtLeast(version, OLDEST_TESTED))
    found.warn(
      'old-pgbouncer',
      at,
      `PgBouncer ${formatPgbouncerVersion(version)} is older than ${OLDEST_TESTED}, the oldest that ecar-pool is tested with`,
      `use ${OLDEST_TESTED} or newer, and see what verify says`,
    );
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

/** Without its rules PgBouncer lets nobody in. */
export function checkNeededFiles({ pgbouncer }: Pick<Settings, 'pgbouncer'>, found: Findings): void {
  const given: Readonly<Record<string, unknown>> = pgbouncer;
  if (pgbouncer.auth_type === 'hba' && pgbouncer.hba === undefined && given['auth_hba_file'] === undefined)
    found.value(
      'no-hba-file',
      ['pgbouncer', 'auth_type'],
      '`auth_type: hba` goes by rules, and there are none',
      'add `hba: [{ method: scram-sha-256 }]` or `auth_hba_file: ./pg_hba.conf`, or use md5 or scram-sha-256',
    );
}

/** The entry that auth_query is asked in: with the console's name PgBouncer does not start, with another nobody gets in. */
export function checkAuthDatabase(
  { pgbouncer, databases }: Pick<Settings, 'pgbouncer' | 'databases'>,
  found: Findings,
): void {
  const suggest = createSuggester(Object.keys(databases));
  const check = (entry: object, at: Path) => {
    const { auth_dbname: name } = entry as { readonly auth_dbname?: unknown };
    if (typeof name !== 'string' || Object.hasOwn(databases, name)) return;
    if (Object.hasOwn(databases, '*') && name !== 'pgbouncer') return;
    const nearest = suggest(name);
    const hint = nearest === undefined ? 'name an entry of `databases`' : `did you mean \`${nearest}\`?`;
    found.value(
      'unknown-database',
      [...at, 'auth_dbname'],
      `there is no database ${JSON.stringify(name)}`,
      hint,
    );
  };
  check(pgbouncer, ['pgbouncer']);
  for (const [name, entry] of Object.entries(databases)) check(entry, ['databases', name]);
}
