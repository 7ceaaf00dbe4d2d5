import { writeCommentLines } from './comment-lines.ts';
import { resolveDollars, resolveEscapes } from './dotenv-expansion.ts';
import { FormatError, UnrepresentableError } from './format-error.ts';
import { Scanner } from './scanner.ts';
import { countBytes, isEncodable } from './utf8.ts';

/** Linux takes no `NAME=value` over 128 KiB into a process; one KiB of that is left to the name. */
const MAX_VALUE_BYTES = 127 * 1024;

/** Says why Compose could not hand `value` to a container through .env, or gives undefined where it can. */
export function explainDotenvValue(value: string): string | undefined {
  if (/[\n\0]/.test(value)) return 'it holds a newline or NUL';
  if (!isEncodable(value)) return 'it is not valid Unicode';
  if (countBytes(value) > MAX_VALUE_BYTES) return `it is longer than ${MAX_VALUE_BYTES} bytes`;
  return undefined;
}

/**
 * Gives the one spelling of `value` that every Compose since 2.20 reads back exactly. Single quotes come
 * first, as nothing expands in them; they cannot end in a backslash, so values with one take double quotes.
 * Throws UnrepresentableError for what `explainDotenvValue` names.
 */
export function writeDotenvValue(value: string): string {
  const reason = explainDotenvValue(value);
  if (reason) throw new UnrepresentableError('.env', reason);
  if (value !== '' && !/['\\]/.test(value)) return `'${value}'`;
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`;
}

/** Writes a .env file. Throws UnrepresentableError for a value, or a name that `${NAME}` could not reach. */
export function writeDotenv(
  entries: readonly (readonly [name: string, value: string])[],
  comment: readonly string[],
): string {
  const lines = entries.map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new UnrepresentableError('.env', 'a name is made of letters, digits and underscores');
    }
    return `${name}=${writeDotenvValue(value)}\n`;
  });
  return writeCommentLines(comment, '#') + lines.join('');
}

/**
 * One variable of a .env file and where its name starts. `problem` stands in for a value that depends on
 * something outside the file or is surely not what was meant; `hint` says how to write it instead.
 */
export type DotenvEntry =
  | { readonly name: string; readonly line: number; readonly column: number; readonly value: string }
  | {
      readonly name: string;
      readonly line: number;
      readonly column: number;
      readonly problem: string;
      readonly hint: string;
      /** Where the value refers to a variable: the value before anything is put in. */
      readonly template?: string;
    };

const QUOTE_HINT = 'Put the whole value in single quotes';
const PROBLEMS = {
  alone: { problem: 'the name has no value', hint: 'Write an equals sign and the value after the name' },
  colon: { problem: 'a colon follows the name', hint: 'Put an equals sign in place of the colon' },
  junk: { problem: 'text follows the closing quote', hint: 'Quote the whole value once' },
  nameless: { problem: 'the name is missing', hint: 'Write a name before the equals sign' },
  variable: { problem: 'the value refers to a variable', hint: QUOTE_HINT },
} as const;

const SKIPPED = /(?:\p{White_Space}|#[^\n]*)*/uy;
const EXPORT = /export[\t\f\r ]+/y;
const BLANKS = /[\t\v\f\r \u0085\u00A0]*/y;
const NAME = /[\p{L}\p{N}_.[\]\-\t\v\f\r \u0085\u00A0]*/uy;
const SEPARATOR = /[=:]/y;
const QUOTED = /'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)"/sy;
const UNQUOTED = /[^\n]*/y;
const LINE_END = /(?:(?!\n)\p{White_Space})*(?:#[^\n]*)?(?=\n|$)/uy;

/**
 * Reads a .env file as Compose does (compose-go's dotenv package), in its order with duplicates kept; the
 * last one counts. Nothing is looked up: an entry whose value needs the environment carries a `problem`.
 * Throws FormatError with the place for a file that Compose refuses altogether.
 */
export function readDotenv(text: string): DotenvEntry[] {
  const entries: DotenvEntry[] = [];
  const scanner = new Scanner(text.replace(/^\uFEFF/, ''));
  for (;;) {
    scanner.read(SKIPPED);
    if (scanner.isDone) return entries;
    if (scanner.read(EXPORT)) scanner.read(BLANKS);
    const place = scanner.place();
    const name = (scanner.read(NAME)?.[0] ?? '').replace(/\p{White_Space}+$/u, '');
    const separator = scanner.read(SEPARATOR)?.[0];
    if (!separator && !scanner.isDone && scanner.next !== '\n') {
      throw scanner.fail('a character that no variable name may hold');
    }
    if (name.includes(' ')) throw new FormatError('a variable name holds a space', place);
    if (!separator) {
      entries.push({ name, ...place, ...PROBLEMS.alone });
      continue;
    }
    scanner.read(BLANKS);
    const result = readValue(scanner);
    if (name === '') entries.push({ name, ...place, ...PROBLEMS.nameless });
    else if (separator === ':') entries.push({ name, ...place, ...PROBLEMS.colon });
    else entries.push({ name, ...place, ...result });
  }
}

type ValueOrProblem = { value: string } | { problem: string; hint: string; template?: string };

function readValue(scanner: Scanner): ValueOrProblem {
  const first = scanner.next;
  if (first !== "'" && first !== '"') {
    // A hash sign opens a comment only behind a space, and blanks before the value are gone by now.
    const [bare = ''] = (scanner.read(UNQUOTED)?.[0] ?? '').split(' #');
    return expand(bare.replace(/\p{White_Space}+$/u, ''));
  }
  const quoted = scanner.read(QUOTED);
  if (!quoted) throw scanner.fail('a quoted value is not closed');
  if (!scanner.read(LINE_END)) {
    scanner.read(UNQUOTED);
    return PROBLEMS.junk;
  }
  const inner = (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/gs, (pair, next: string) =>
    next === first ? next : pair,
  );
  return first === "'" ? { value: inner } : expand(resolveEscapes(inner));
}

function expand(text: string): ValueOrProblem {
  const value = resolveDollars(text);
  return value === undefined ? { ...PROBLEMS.variable, template: text } : { value };
}
