import { isIP } from 'node:net';
import { DATABASE_KEYS } from '../../stack/catalogue/database-keys.ts';
import type { Row } from '../../stack/catalogue/row.ts';
import { USER_KEYS } from '../../stack/catalogue/user-keys.ts';
import { isFloatingImage } from '../../stack/image.ts';
import { explainUnknown, isKnownTo, isSettingName, SETTABLE } from '../../stack/pgbouncer-settings.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';
import { pgbouncerVersionOf } from '../versions.ts';
import { checkFloating } from './images.ts';

/** The image and where it is published. */
export function checkPgbouncer(settings: Pick<Settings, 'pgbouncer'>, found: Findings): void {
  const { image, bind } = settings.pgbouncer;
  const at = ['pgbouncer', 'image'];
  if (isFloatingImage(image)) checkFloating(at, image, 'edoburu/pgbouncer:v1.25.2-p0', found);
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

/** Without its rules PgBouncer lets nobody in, and without its certificate it does not start. */
export function checkNeededFiles({ pgbouncer }: Pick<Settings, 'pgbouncer'>, found: Findings): void {
  const given: Readonly<Record<string, unknown>> = pgbouncer;
  if (pgbouncer.auth_type === 'hba' && given['auth_hba_file'] === undefined)
    found.value(
      'no-hba-file',
      ['pgbouncer', 'auth_type'],
      '`auth_type: hba` asks auth_hba_file, and there is none',
      'add `auth_hba_file: ./pg_hba.conf`, or use md5 or scram-sha-256',
    );
  const mode = given['client_tls_sslmode'] ?? 'disable';
  for (const name of ['client_tls_cert_file', 'client_tls_key_file'])
    if (mode !== 'disable' && given[name] === undefined)
      found.value(
        'no-certificate',
        ['pgbouncer', 'client_tls_sslmode'],
        `\`client_tls_sslmode: ${String(mode)}\` needs ${name}, and there is none`,
        `add \`${name}: PATH\`, or write disable`,
      );
}

/** Before, a list is the name of one host, which nobody knows. */
const HOST_LIST = { since: '1.17' };

/** PgBouncer does not start with a setting that it does not know. */
export function checkSettingVersions(
  settings: Pick<Settings, 'pgbouncer' | 'databases' | 'users'>,
  found: Findings,
): void {
  const version = pgbouncerVersionOf(settings);
  if (version === undefined) return;
  const check = (rows: Readonly<Record<string, Row>>, entry: object, at: Path) => {
    for (const key of Object.keys(entry)) {
      const row = Object.hasOwn(rows, key) ? rows[key] : undefined;
      if (row === undefined || isKnownTo(version, row)) continue;
      const { message, fix } = explainUnknown(`\`${key}\``, version, row);
      found.key('setting-version', [...at, key], message, fix);
    }
  };
  check(SETTABLE, settings.pgbouncer, ['pgbouncer']);
  for (const [name, entry] of Object.entries(settings.databases)) {
    check(DATABASE_KEYS, entry, ['databases', name]);
    if (entry.host?.includes(',') && !isKnownTo(version, HOST_LIST)) {
      const { message, fix } = explainUnknown('lists of hosts', version, HOST_LIST);
      found.value('setting-version', ['databases', name, 'host'], message, fix);
    }
  }
  for (const [name, entry] of Object.entries(settings.users)) check(USER_KEYS, entry, ['users', name]);
}
