import { writeCommentLines } from './comment-lines.ts';
import { UnrepresentableError } from './format-error.ts';
import { Scanner } from './scanner.ts';
import { countBytes, isEncodable } from './utf8.ts';

/** One line of userlist.txt: a password in the clear, an md5 hash or a SCRAM secret. */
export interface UserlistEntry {
  user: string;
  secret: string;
}

/** Room for a secret in bytes, counted with its doubled quotes: 2047 in PgBouncer 1.17 to 1.25, 65530 since 1.26. */
export interface UserlistLimits {
  maxSecretBytes?: number;
}

const MAX_USER_BYTES = 127;
const DEFAULT_MAX_SECRET_BYTES = 2047;

/** Writes userlist.txt. Throws UnrepresentableError for what `formatUserlistLine` refuses. */
export function writeUserlist(
  entries: readonly UserlistEntry[],
  comment: readonly string[],
  limits: UserlistLimits = {},
): string {
  const lines = entries.map((entry) => `${formatUserlistLine(entry, limits)}\n`);
  return writeCommentLines(comment, ';') + lines.join('');
}

/**
 * Gives one entry without a line end. Throws UnrepresentableError for an empty user, for NUL, and for a
 * field that is too long: PgBouncer stops reading there, and every user below it is gone.
 */
export function formatUserlistLine(
  { user, secret }: UserlistEntry,
  { maxSecretBytes = DEFAULT_MAX_SECRET_BYTES }: UserlistLimits = {},
): string {
  if (user === '') throw new UnrepresentableError('userlist.txt', 'the user is empty');
  return `${quoteField(user, 'user', MAX_USER_BYTES)} ${quoteField(secret, 'secret', maxSecretBytes)}`;
}

function quoteField(value: string, what: string, maxBytes: number): string {
  const doubled = value.replaceAll('"', '""');
  if (value.includes('\0')) throw new UnrepresentableError('userlist.txt', `the ${what} holds NUL`);
  if (!isEncodable(value)) {
    throw new UnrepresentableError('userlist.txt', `the ${what} is not valid Unicode`);
  }
  if (countBytes(doubled) > maxBytes) {
    throw new UnrepresentableError('userlist.txt', `the ${what} is longer than ${maxBytes} bytes`);
  }
  return `"${doubled}"`;
}

/** An entry with where it lies: `line` counts from 1, and `start` and `end` span it up to its line end. */
interface LocatedEntry extends UserlistEntry {
  line: number;
  start: number;
  end: number;
}

const SKIPPED = /(?:[\t-\r ]|;[^\n]*)*/y;
const FIELD = /"([^"]*(?:""[^"]*)*)"(?!")/y;
const BETWEEN_FIELDS = /[^"\n]*/y;
const REST_OF_LINE = /[^\n]*?(?=\r?(?:\n|$))/y;

/**
 * Reads userlist.txt as PgBouncer does: in its order with duplicates kept (the last one counts), whatever
 * follows the second field of a line ignored. Throws FormatError with the line where PgBouncer would stop
 * and lose the rest of the users. It also throws where a line has no secret: PgBouncer then takes the user
 * name of the next line for it, which nobody means.
 */
export function readUserlist(
  text: string,
  limits: UserlistLimits = {},
): (UserlistEntry & { readonly line: number })[] {
  return locateEntries(text, limits).map(({ user, secret, line }) => ({ user, secret, line }));
}

function locateEntries(
  text: string,
  { maxSecretBytes = DEFAULT_MAX_SECRET_BYTES }: UserlistLimits,
): LocatedEntry[] {
  const entries: LocatedEntry[] = [];
  const scanner = new Scanner(text);
  for (;;) {
    scanner.read(SKIPPED);
    if (scanner.isDone) return entries;
    const start = scanner.offset;
    const { line } = scanner.place();
    const user = scanner.read(FIELD)?.[1];
    if (user === undefined) throw scanner.fail('expected a user name in double quotes');
    if (countBytes(user) > MAX_USER_BYTES) throw scanner.fail('the user name is too long');
    scanner.read(BETWEEN_FIELDS);
    const secret = scanner.read(FIELD)?.[1];
    if (secret === undefined) throw scanner.fail('expected a secret in double quotes on the same line');
    if (countBytes(secret) > maxSecretBytes) throw scanner.fail('the secret is too long');
    scanner.read(REST_OF_LINE);
    entries.push({ user: undouble(user), secret: undouble(secret), line, start, end: scanner.offset });
  }
}

function undouble(field: string): string {
  return field.replaceAll('""', '"');
}

/**
 * Gives `text` with the secrets of users set and all other users and comments as they were. A user with
 * several lines keeps the last one's place, since that is the one PgBouncer obeys, and loses the others: an
 * old secret must not stay behind, nor come back when somebody deletes the new line. Users without a line get
 * one at the end. Throws as `readUserlist` and `formatUserlistLine` do.
 * @param entries each user once
 */
export function setUserlistEntries(
  text: string,
  entries: readonly UserlistEntry[],
  limits: UserlistLimits = {},
): string {
  const lines = new Map(entries.map((entry) => [entry.user, formatUserlistLine(entry, limits)]));
  const places = locateEntries(text, limits);
  const last = new Map(places.map((place) => [place.user, place]));
  let result = '';
  let copied = 0;
  for (const place of places) {
    const line = lines.get(place.user);
    if (line === undefined) continue;
    if (place === last.get(place.user)) {
      result += text.slice(copied, place.start) + line;
      copied = place.end;
    } else {
      result += text.slice(copied, text.lastIndexOf('\n', place.start - 1) + 1);
      copied = text.indexOf('\n', place.end) + 1;
    }
  }
  result += text.slice(copied);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const added = [...lines].flatMap(([user, line]) => (last.has(user) ? [] : [line + lineEnd]));
  const gap = added.length === 0 || result === '' || result.endsWith('\n') ? '' : lineEnd;
  return result + gap + added.join('');
}
