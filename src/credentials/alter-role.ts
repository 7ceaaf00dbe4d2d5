import { looksLikeStoredSecret } from './stored-secret.ts';

/**
 * Gives the statement, on one line, that stores a secret for a role. Throws a RangeError, without quoting
 * it, for what is no stored secret: a password in the clear would end up in the server's log, and in a
 * secret there is nothing to escape.
 */
export function alterRoleSql(user: string, storedSecret: string): string {
  if (!looksLikeStoredSecret(storedSecret) || /['\\\p{Cc}]/u.test(storedSecret)) {
    throw new RangeError('only a stored secret may go into ALTER ROLE');
  }
  return `ALTER ROLE ${quoteIdentifier(user)} PASSWORD '${storedSecret}';`;
}

/**
 * Any name is safe in double quotes once those in it are doubled. Control characters are spelled as Unicode
 * escapes (`U&"…"`), so that a line end in a name cannot split the statement for a reader of lines.
 */
function quoteIdentifier(name: string): string {
  const doubled = name.replaceAll('"', '""');
  if (!/\p{Cc}/u.test(name)) return `"${doubled}"`;
  const escaped = doubled
    .replaceAll('\\', '\\\\')
    .replace(/\p{Cc}/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `U&"${escaped}"`;
}
