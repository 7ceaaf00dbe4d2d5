import { quoteIdentifier, quoteLiteral } from '../formats/sql.ts';
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
  return `ALTER ROLE ${quoteRole(user)} PASSWORD ${quoteLiteral(storedSecret)};`;
}

/**
 * Control characters are spelled as Unicode escapes (`U&"…"`), so that a line end in a name cannot split the
 * statement for a reader of lines.
 */
function quoteRole(name: string): string {
  if (!/\p{Cc}/u.test(name)) return quoteIdentifier(name);
  const spell = (character: string) => `\\${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `U&${quoteIdentifier(name.replaceAll('\\', '\\\\')).replace(/\p{Cc}/gu, spell)}`;
}
