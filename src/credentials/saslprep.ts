import { LEFT_TO_RIGHT, NOTHING, REFUSED, RIGHT_TO_LEFT, SPACES } from './stringprep-tables.ts';

/**
 * Gives the form of a password that SCRAM keys are derived from, as Postgres in a UTF-8 database, libpq and
 * PgBouncer agree on it: SASLprep (RFC 4013) where it succeeds, else the password as typed. It never fails.
 *
 * This follows pg_saslprep (src/common/saslprep.c) where that departs from the RFC, because a verifier that
 * differs by one byte locks the user out: ASCII is taken as it is, control characters included, and
 * prohibited, unassigned and bidirectional characters are looked for before the normalisation, not after it.
 * `@mongodb-js/saslprep` follows the RFC and keeps its tables private, so it cannot be bent to that: for
 * U+2150 it gives `1⁄7` where Postgres, to which the character is unassigned, keeps it.
 */
export function prepareScramPassword(password: string): string {
  if (/^\p{ASCII}*$/u.test(password)) return password;
  // U+200B is in both tables and becomes a space: the order of these two matters.
  const mapped = password.replace(SPACES, ' ').replace(NOTHING, '');
  if (mapped === '' || has(REFUSED, mapped) || breaksBidiRule(mapped)) return password;
  return mapped.normalize('NFKC');
}

/** RFC 3454 section 6: right-to-left text holds nothing left-to-right, and starts and ends right-to-left. */
function breaksBidiRule(text: string): boolean {
  if (!has(RIGHT_TO_LEFT, text)) return false;
  const characters = [...text];
  const ends = [characters.at(0), characters.at(-1)];
  return has(LEFT_TO_RIGHT, text) || !ends.every((end) => has(RIGHT_TO_LEFT, end ?? ''));
}

function has(table: RegExp, text: string): boolean {
  return text.search(table) !== -1;
}
