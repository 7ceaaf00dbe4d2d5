import { describe, expect, test } from 'vitest';
import { FormatError, UnrepresentableError } from '../../src/formats/format-error.ts';
import { readPgbouncerIni, writePgbouncerIni } from '../../src/formats/pgbouncer-ini.ts';

const read = (lines: string) => readPgbouncerIni(`[pgbouncer]\n${lines}`)[0]?.entries;
const write = (key: string, value: string, section = 'pgbouncer', quotedKeys = true) =>
  writePgbouncerIni([{ name: section, entries: [[key, value]] }], { comment: [], quotedKeys });

describe('writePgbouncerIni', () => {
  test('puts a comment on top and a blank line between sections', () => {
    const sections = [
      { name: 'databases', entries: [['app', 'host=db port=5432']] as const },
      { name: 'pgbouncer', entries: [['server_reset_query', 'DISCARD ALL']] as const },
    ];
    expect(writePgbouncerIni(sections, { comment: ['first', ''], quotedKeys: false })).toBe(
      '; first\n;\n\n[databases]\napp = host=db port=5432\n\n[pgbouncer]\nserver_reset_query = DISCARD ALL\n',
    );
  });

  test.each([
    ['an empty value', 'unix_socket_dir', '', 'unix_socket_dir =\n'],
    ['comment marks', 'k', 'a;b # c', 'k = a;b # c\n'],
    ['quotes and backslashes', 'k', `'a' "b" \\`, `k = 'a' "b" \\\n`],
    ['a no-break space at the end', 'k', 'a\u00A0', 'k = a\u00A0\n'],
    ['a key with a space', 'my db', 'a', "'my db' = a\n"],
    ['a key with a double quote', 'a"b', 'a', `'a"b' = a\n`],
  ])('keeps %s', (_, key, value, expected) => {
    expect(write(key, value)).toBe(`[pgbouncer]\n${expected}`);
  });

  test.each([
    ['a newline', 'k', 'hidden\nx'],
    ['NUL', 'k', 'hidden\0'],
    ['a leading blank', 'k', ' hidden'],
    ['a trailing tab', 'k', 'hidden\t'],
    ['half a surrogate pair', 'k', 'hidden\uD800'],
    ['a single quote in a key', "hid'den", 'x'],
    ['an empty key', '', 'x'],
  ])('refuses %s and does not repeat it', (_, key, value) => {
    expect(() => write(key, value)).toThrow(UnrepresentableError);
    expect(() => write(key, value)).not.toThrow(/hidden|hid'den/);
  });

  test('holds keys to the limit of their section', () => {
    const key = 'x'.repeat(64);
    expect(write(key, 'a', 'users')).toContain(key);
    expect(() => write(key, 'a', 'databases')).toThrow('longer than 63 bytes');
    expect(() => write('x'.repeat(128), 'a', 'users')).toThrow('longer than 127 bytes');
  });

  test('quotes no key for PgBouncer 1.24 and earlier', () => {
    expect(() => write('my db', 'a', 'databases', false)).toThrow('before 1.25');
  });

  test('refuses a section name that would end early', () => {
    expect(() => write('k', 'v', 'a]b')).toThrow(UnrepresentableError);
  });
});

describe('readPgbouncerIni', () => {
  test.each([
    ['comments where a line starts', '; a\n  # b\nk = v', [['k', 'v']]],
    ['comment marks in a value as data', 'k = a ; b # c', [['k', 'a ; b # c']]],
    ['quotes as data', "k = 'DISCARD ALL'", [['k', "'DISCARD ALL'"]]],
    [
      'a backslash at the end as data, without joining lines',
      'k = a\\\nl = b',
      [
        ['k', 'a\\'],
        ['l', 'b'],
      ],
    ],
    [
      'CRLF',
      'k = v\r\nl = w\r\n',
      [
        ['k', 'v'],
        ['l', 'w'],
      ],
    ],
    ['blanks around a value as nothing', 'k=\t v \t', [['k', 'v']]],
    [
      'empty values',
      'k =\nl = v',
      [
        ['k', ''],
        ['l', 'v'],
      ],
    ],
    [
      'duplicates, in order',
      'k = 1\nk = 2',
      [
        ['k', '1'],
        ['k', '2'],
      ],
    ],
    ['single-quoted keys', "'my db;#' = v", [['my db;#', 'v']]],
    ['an empty key', ' = v', [['', 'v']]],
    ['a star', '* = host=db', [['*', 'host=db']]],
  ])('reads %s', (_, lines, expected) => {
    expect(read(lines)).toEqual(expected);
  });

  test('reads text behind a section name as an entry of it', () => {
    expect(readPgbouncerIni('[a] k = v\n[b]')).toEqual([
      { name: 'a', entries: [['k', 'v']] },
      { name: 'b', entries: [] },
    ]);
  });

  test.each([
    ['a byte order mark', '\uFEFF[a]', 1, 1, /byte order mark/],
    ['a colon', '[a]\nk : v', 2, 3, /expected/],
    ['a key alone', '[a]\n\n  k\nl = v', 3, 4, /expected/],
    ['a double-quoted key', '[a]\n"k" = v', 2, 1, /expected/],
    ['a quoted key without an end', "[a]\n'k = v", 2, 1, /not closed/],
    ['an empty quoted key', "[a]\n'' = v", 2, 1, /empty/],
    ['a section without an end', '[a\n', 1, 1, /expected/],
    ['an include', '[a]\n%include /x', 2, 1, /%include/],
    ['an entry before the first section', 'k = v', 1, 1, /before the first/],
    ['NUL', '[a]\n\0', 2, 1, /expected/],
  ])('stops at %s', (_, text, line, column, message) => {
    const error = catchError(() => readPgbouncerIni(text));
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ line, column, message: expect.stringMatching(message) });
  });
});

function catchError(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
