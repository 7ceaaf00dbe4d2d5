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
  return `ALTER ROLE ${quoteIdentifier(user)} PASSWORD ${quoteLiteral(storedSecret)};`;
}
