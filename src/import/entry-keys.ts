import { KEYS_SINCE } from '../settings/rules/pgbouncer.ts';
import { formatPgbouncerVersion, isAtLeast } from '../stack/pgbouncer-version.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry } from './pooler-config.ts';
import { type ReadValue, readCount, readPoolMode, readWord } from './values.ts';
import type { Wishes } from './wishes.ts';

export type EntryKeys = Readonly<Record<string, string | number>>;

type Reader = (text: string) => ReadValue | undefined;

const text: Reader = (value) => ({ value });
const balance: Reader = (value) => readWord(value, ['round-robin', 'disable']);

/** How PgBouncer reads the keys of an entry, beside those that say where it leads (loader.c). */
const READERS: Readonly<Record<'databases' | 'users', Readonly<Record<string, Reader>>>> = {
  databases: {
    pool_mode: readPoolMode,
    pool_size: readCount,
    min_pool_size: readCount,
    reserve_pool_size: readCount,
    max_db_connections: readCount,
    max_db_client_connections: readCount,
    user: text,
    connect_query: text,
    client_encoding: text,
    datestyle: text,
    timezone: text,
    application_name: text,
    auth_user: text,
    auth_query: text,
    auth_dbname: text,
    load_balance_hosts: balance,
    server_lifetime: readCount,
    query_wait_timeout: readCount,
  },
  users: {
    pool_mode: readPoolMode,
    pool_size: readCount,
    reserve_pool_size: readCount,
    max_user_connections: readCount,
    max_user_client_connections: readCount,
    query_timeout: readCount,
    idle_transaction_timeout: readCount,
    client_idle_timeout: readCount,
    transaction_timeout: readCount,
    query_wait_timeout: readCount,
  },
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
    const read = Object.hasOwn(READERS[section], key) ? READERS[section][key] : undefined;
    const since = Object.hasOwn(KEYS_SINCE[section], key) ? KEYS_SINCE[section][key] : undefined;
    if (read === undefined) {
      const message = `PgBouncer knows no key ${JSON.stringify(written)} in [${section}], and does not start with it`;
      losses.refuse('unknown-key', at, message, 'remove it');
      continue;
    }
    if (since !== undefined && !isAtLeast(version, since)) {
      losses.lose(key, at, tooNew(`${key} of ${name}`, since, version), 'choose a newer --pgbouncer-image');
      continue;
    }
    const result = read(value);
    if (result === undefined) continue;
    if ('value' in result) keys[key] = result.value;
    else losses.lose(key, at, `${written} of ${name} ${result.reason}`, result.fix);
  }
  return keys;
}

/** What there is to say of something that the target's release does not have. */
export function tooNew(what: string, since: string, version: Wishes['version']): string {
  return `PgBouncer ${formatPgbouncerVersion(version)} does not know ${what}, which came with ${since}`;
}
