import { DATABASE_KEYS } from '../../stack/catalogue/database-keys.ts';
import type { Row } from '../../stack/catalogue/row.ts';
import { USER_KEYS } from '../../stack/catalogue/user-keys.ts';
import { explainUnknown, isKnownTo, SETTABLE } from '../../stack/pgbouncer-settings.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';
import { pgbouncerVersionOf } from '../versions.ts';

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
