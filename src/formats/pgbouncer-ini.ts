import { writeCommentLines } from './comment-lines.ts';
import { FormatError, type TextPlace, UnrepresentableError } from './format-error.ts';
import { explainDatabaseName, explainKey, needsQuotedKey } from './pgbouncer-names.ts';
import { Scanner } from './scanner.ts';
import { isEncodable } from './utf8.ts';

/** One `[section]` of pgbouncer.ini, with its entries in order and duplicates kept. */
export interface IniSection {
  name: string;
  entries: readonly (readonly [key: string, value: string])[];
}

/** `comment` goes on top; `quotedKeys` is true for PgBouncer 1.25 and later, which read `'quoted'` keys. */
export interface PgbouncerIniOptions {
  comment: readonly string[];
  quotedKeys: boolean;
}

const GRAMMAR = 'pgbouncer.ini';

/**
 * Writes pgbouncer.ini. Values go out as they are: PgBouncer has no quotes, escapes or inline comments
 * for them. Throws UnrepresentableError for a key or value that would be read back as something else.
 */
export function writePgbouncerIni(
  sections: readonly IniSection[],
  { comment, quotedKeys }: PgbouncerIniOptions,
): string {
  const blocks = sections.map(({ name, entries }) => {
    if (!/^[a-z]+$/.test(name)) throw new UnrepresentableError(GRAMMAR, 'section names are lower-case words');
    const lines = entries.map(([key, value]) => {
      const explain = name === 'databases' ? explainDatabaseName : explainKey;
      const reason = explain(key, { quotedKeys });
      if (reason) throw new UnrepresentableError(`[${name}] of ${GRAMMAR}`, `a key will not do: ${reason}`);
      const written = needsQuotedKey(key) ? `'${key}'` : key;
      return value === '' ? `${written} =` : `${written} = ${checkValue(value)}`;
    });
    return `${[`[${name}]`, ...lines].join('\n')}\n`;
  });
  return [writeCommentLines(comment, ';'), ...blocks].filter((block) => block !== '').join('\n');
}

function checkValue(value: string): string {
  if (/[\n\0]/.test(value)) throw new UnrepresentableError(GRAMMAR, 'a value holds a newline or NUL');
  if (/^[\t-\r ]|[\t-\r ]$/.test(value)) {
    throw new UnrepresentableError(GRAMMAR, 'a value begins or ends with a blank, which PgBouncer cuts off');
  }
  if (!isEncodable(value)) throw new UnrepresentableError(GRAMMAR, 'a value is not valid Unicode');
  return value;
}

const SKIPPED = /(?:[\t-\r ]|[#;][^\n]*)*/y;
const INCLUDE = /%include[ \t]+([^\n]*)/y;
const SECTION = /\[([^\]\n]*)\]/y;
const KEY = /(?:'([^']+)'|(?!')([A-Za-z0-9_.*-]*))[ \t]*/y;
const EQUALS = /=[ \t]*/y;
const VALUE = /[^\n]*/y;

/** One thing that pgbouncer.ini says, and where it starts; of an entry also where its value does. */
export type IniStatement =
  | { readonly kind: 'section'; readonly name: string; readonly at: TextPlace }
  | { readonly kind: 'include'; readonly path: string; readonly at: TextPlace }
  | {
      readonly kind: 'entry';
      readonly key: string;
      readonly value: string;
      readonly at: TextPlace;
      readonly valueAt: TextPlace;
    };

/**
 * Reads pgbouncer.ini as libusual's cfparser does: comments only where a line starts, everything after
 * the `=` is the value, text behind a `]` starts an entry, and a key may be quoted (as since PgBouncer 1.25)
 * or even empty. Throws FormatError with the place where PgBouncer would stop.
 */
export function readIniStatements(text: string): IniStatement[] {
  const statements: IniStatement[] = [];
  const scanner = new Scanner(text);
  if (text.startsWith('\uFEFF')) throw scanner.fail('the file starts with a byte order mark');
  for (;;) {
    scanner.read(SKIPPED);
    if (scanner.isDone) return statements;
    const at = scanner.place();
    const include = scanner.read(INCLUDE);
    if (include) {
      statements.push({ kind: 'include', path: trimEnd(include[1] ?? ''), at });
      continue;
    }
    const section = scanner.read(SECTION);
    if (section) {
      statements.push({ kind: 'section', name: section[1] ?? '', at });
      continue;
    }
    const key = scanner.read(KEY);
    if (!key) throw scanner.fail('a quoted key is empty or not closed');
    if (!scanner.read(EQUALS)) throw scanner.fail('expected a [section] or key = value');
    const valueAt = scanner.place();
    const value = trimEnd(scanner.read(VALUE)?.[0] ?? '');
    statements.push({ kind: 'entry', key: key[1] ?? key[2] ?? '', value, at, valueAt });
  }
}

/**
 * The sections of one pgbouncer.ini. Throws FormatError as `readIniStatements` does, and for `%include`, because the
 * rest of the settings then lies in another file.
 */
export function readPgbouncerIni(text: string): IniSection[] {
  const sections: { name: string; entries: [key: string, value: string][] }[] = [];
  for (const statement of readIniStatements(text)) {
    const { kind, at } = statement;
    if (kind === 'include') throw new FormatError('%include is not followed here', at);
    if (kind === 'section') sections.push({ name: statement.name, entries: [] });
    else {
      const current = sections.at(-1);
      if (!current) throw new FormatError('an entry stands before the first [section]', at);
      current.entries.push([statement.key, statement.value]);
    }
  }
  return sections;
}

function trimEnd(text: string): string {
  return text.replace(/[\t-\r ]+$/, '');
}
