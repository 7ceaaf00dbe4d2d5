import { DATABASE_KEYS } from '../stack/catalogue/database-keys.ts';
import type { Row } from '../stack/catalogue/row.ts';
import { USER_KEYS } from '../stack/catalogue/user-keys.ts';
import { explainUnknown, isKnownTo } from '../stack/pgbouncer-settings.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry } from './pooler-config.ts';
import { readEntryValue } from './values.ts';
import type { Wishes } from './wishes.ts';

export type EntryKeys = Readonly<Record<string, string | number>>;

const ROWS: Readonly<Record<'databases' | 'users', Readonly<Record<string, Row>>>> = {
  databases: DATABASE_KEYS,
  users: USER_KEYS,
};

/** The keys of an entry in the model's words; what the model or the version does not know is lost aloud. */
export function readEntryKeys(
  section: 'databases' | 'users',
  pairs: Readonly<Record<string, string>>,
  { key: name, at }: ConfigEntry,
  { version }: Wishes,
  losses: Losses,
): EntryKeys {
  const keys: Record<string, string | number> = {};
  for (const [written, value] of Object.entries(pairs)) {
    // The old name of the key, which every release takes.
    const key = section === 'databases' && written === 'reserve_pool' ? 'reserve_pool_size' : written;
    const row = Object.hasOwn(ROWS[section], key) ? ROWS[section][key] : undefined;
    if (row === undefined) {
      const message = `PgBouncer knows no key ${JSON.stringify(written)} in [${section}], and does not start with it`;
      losses.refuse('unknown-key', at, message, 'remove it');
      continue;
    }
    if (!isKnownTo(version, row)) {
      const { message } = explainUnknown(`${key} of ${name}`, version, row);
      losses.lose(key, at, message, 'choose a newer --pgbouncer-image');
      continue;
    }
    const result = readEntryValue(row, value);
    if (result === undefined) continue;
    if ('value' in result) keys[key] = result.value;
    else losses.lose(key, at, `${written} of ${name} ${result.reason}`, result.fix);
  }
  return keys;
}
