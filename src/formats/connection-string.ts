import { FormatError, UnrepresentableError } from './format-error.ts';
import { Scanner } from './scanner.ts';
import { isEncodable } from './utf8.ts';

const GRAMMAR = 'a PgBouncer connection string';

/**
 * Writes the right-hand side of a [databases] or [users] entry. Values are quoted unless they are
 * plainly bare: a backslash or a double quote means nothing to PgBouncer, and a blank ends a bare value.
 * Throws UnrepresentableError for an empty value, which PgBouncer's loader refuses in any spelling,
 * and for a newline or NUL, which would end the line of the ini file.
 */
export function writeConnectionString(pairs: readonly (readonly [key: string, value: string])[]): string {
  return pairs.map(([key, value]) => `${checkKey(key)}=${formatValue(value)}`).join(' ');
}

function checkKey(key: string): string {
  if (!/^[a-z_]+$/.test(key)) {
    throw new UnrepresentableError(GRAMMAR, 'a key is made of lower-case letters and underscores');
  }
  return key;
}

function formatValue(value: string): string {
  if (value === '') throw new UnrepresentableError(GRAMMAR, 'the value is empty');
  if (/[\n\0]/.test(value)) throw new UnrepresentableError(GRAMMAR, 'the value holds a newline or NUL');
  if (!isEncodable(value)) throw new UnrepresentableError(GRAMMAR, 'the value is not valid Unicode');
  return /^[A-Za-z0-9_.:/-]+$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

const ONE_CHARACTER = /./sy;
const PAIR = / *([^= ]+) *= *(?:'([^']*(?:''[^']*)*)'(?!')|((?!')[^ ]*))/y;

/**
 * Reads a connection string as PgBouncer's loader does, into pairs in their order; of duplicates
 * PgBouncer keeps the last. Only the space separates: a tab belongs to the key or value it touches.
 * Throws FormatError where PgBouncer reports `syntax error in connection string`.
 */
export function readConnectionString(text: string): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  const scanner = new Scanner(text.replace(/ +$/, ''));
  while (!scanner.isDone) {
    const place = scanner.place();
    const match = scanner.read(PAIR);
    const value = match?.[2]?.replaceAll("''", "'") ?? match?.[3];
    if (!match?.[1] || !value) {
      throw new FormatError('not a key=value pair, or an empty or unclosed value', place);
    }
    pairs.push([match[1], value]);
    // PgBouncer drops whatever one character follows a value, and expects it to be a space.
    scanner.read(ONE_CHARACTER);
  }
  return pairs;
}
