import { countBytes, isEncodable } from './utf8.ts';

/** Names that a key of pgbouncer.ini can hold without quotes (libusual's cfparser). */
const BARE_KEY = /^[A-Za-z0-9_.*-]+$/;

/** Postgres cuts identifiers at 63 bytes, and PgBouncer refuses longer keys in [databases]. */
const MAX_IDENTIFIER_BYTES = 63;

/** PgBouncer's buffer for a user name holds 127 bytes. */
const MAX_KEY_BYTES = 127;

/** Whether `name` needs the single quotes that PgBouncer reads around a key since 1.25. */
export function needsQuotedKey(name: string): boolean {
  return !BARE_KEY.test(name);
}

/**
 * Says why `name` cannot be a key in a section of pgbouncer.ini, or gives undefined where it can.
 * `quotedKeys` is true for PgBouncer 1.25 and later. No release has an escape inside the quotes.
 */
export function explainKey(name: string, { quotedKeys }: { quotedKeys: boolean }): string | undefined {
  return explainText(name, MAX_KEY_BYTES) ?? explainQuoting(name, quotedKeys);
}

/**
 * Says why `name` cannot be a key of [databases], or gives undefined where it can. `*` is accepted:
 * there it stands for every database without an entry of its own.
 */
export function explainDatabaseName(
  name: string,
  { quotedKeys }: { quotedKeys: boolean },
): string | undefined {
  if (name === 'pgbouncer') return 'PgBouncer reserves this name for its console';
  return explainText(name, MAX_IDENTIFIER_BYTES) ?? explainQuoting(name, quotedKeys);
}

/**
 * Says why `name` cannot be a user, or gives undefined where it can. `console` is for a name in
 * admin_users or stats_users, `inUsersSection` for one that has settings of its own in [users].
 */
export function explainUserName(
  name: string,
  { quotedKeys, console, inUsersSection }: { quotedKeys: boolean; console: boolean; inUsersSection: boolean },
): string | undefined {
  const reason = explainText(name, MAX_IDENTIFIER_BYTES);
  if (reason) return reason;
  // The lists have no quotes and split at blanks too: `we ird` would make `we` an administrator.
  if (console && /[ ,]/.test(name)) {
    return 'it holds a space or comma, at which PgBouncer splits the names of console users';
  }
  return inUsersSection ? explainQuoting(name, quotedKeys) : undefined;
}

function explainText(name: string, maxBytes: number): string | undefined {
  if (name === '') return 'it is empty';
  if (/\p{Cc}/u.test(name)) return 'it holds a newline or another control character';
  if (!isEncodable(name)) return 'it is not valid Unicode';
  if (countBytes(name) > maxBytes) return `it is longer than ${maxBytes} bytes`;
  return undefined;
}

function explainQuoting(name: string, quotedKeys: boolean): string | undefined {
  if (name.includes("'")) return 'it holds a single quote, for which keys of pgbouncer.ini have no escape';
  if (needsQuotedKey(name) && !quotedKeys) {
    return 'PgBouncer before 1.25 reads only letters, digits and _ . * - in a key of pgbouncer.ini';
  }
  return undefined;
}
