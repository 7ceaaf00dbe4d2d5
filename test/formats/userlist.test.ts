import { describe, expect, test } from 'vitest';
import { FormatError, UnrepresentableError } from '../../src/formats/format-error.ts';
import {
  formatUserlistLine,
  readUserlist,
  setUserlistEntries,
  writeUserlist,
} from '../../src/formats/userlist.ts';

describe('writeUserlist', () => {
  test('writes comments with a semicolon, the only mark PgBouncer knows there', () => {
    expect(writeUserlist([{ user: 'a', secret: 'b' }], ['note'])).toBe('; note\n"a" "b"\n');
  });

  test('doubles quotes and escapes nothing else', () => {
    expect(formatUserlistLine({ user: '"', secret: `a"b\\'` })).toBe(`"""" "a""b\\'"`);
  });

  test.each([
    ['an empty user', '', 'hidden'],
    ['NUL', 'a', 'hidden\0'],
    ['half a surrogate pair', 'a', 'hidden\uD800'],
    ['a user over 127 bytes, quotes doubled', '"'.repeat(64), 'hidden'],
    ['a secret over the limit', 'a', 'hidden'.repeat(400)],
  ])('refuses %s and does not repeat it', (_, user, secret) => {
    expect(() => formatUserlistLine({ user, secret })).toThrow(UnrepresentableError);
    expect(() => formatUserlistLine({ user, secret })).not.toThrow(/hidden/);
  });

  test('counts a secret with its doubled quotes, up to the limit of the release', () => {
    const secret = '"'.repeat(1024);
    expect(() => formatUserlistLine({ user: 'a', secret })).toThrow('longer than 2047 bytes');
    expect(formatUserlistLine({ user: 'a', secret }, { maxSecretBytes: 65530 })).toHaveLength(2048 + 6);
  });
});

describe('readUserlist', () => {
  test.each([
    ['comments and blank lines', '; c\n\n  "a" "b"\n', [['a', 'b', 3]]],
    [
      'CRLF',
      '"a" "b"\r\n"c" "d"\r\n',
      [
        ['a', 'b', 1],
        ['c', 'd', 2],
      ],
    ],
    ['doubled quotes at the ends', '"""a""" """"\n', [['"a"', '"', 1]]],
    ['an empty secret', '"a" ""\n', [['a', '', 1]]],
    [
      'newlines inside a secret',
      '"a" "b\nc"\n"d" "e"',
      [
        ['a', 'b\nc', 1],
        ['d', 'e', 3],
      ],
    ],
    ['nothing behind the second field', '"a" "b" "c" "d"\n', [['a', 'b', 1]]],
    ['a lone CR as no line end', '"a" "b"\r"c" "d"\n', [['a', 'b', 1]]],
    [
      'duplicates, in order',
      '"a" "b"\n"a" "c"\n',
      [
        ['a', 'b', 1],
        ['a', 'c', 2],
      ],
    ],
    ['a single quote that nobody doubled as the end', '"a" "b"c"\n', [['a', 'b', 1]]],
  ])('reads %s', (_, text, expected) => {
    expect(readUserlist(text).map(({ user, secret, line }) => [user, secret, line])).toEqual(expected);
  });

  test.each([
    ['a hash comment', '"a" "b"\n# c\n', 2],
    ['a byte order mark', '\uFEFF"a" "b"\n', 1],
    ['a bare name', '"a" "b"\n\nc "d"\n', 3],
    ['a user without a secret', '"a" "b"\n"c"\n"d" "e"\n', 2],
    ['no space between the fields', '"a""b"\n', 1],
    ['an unclosed secret', '"a" "b', 1],
    ['a user that is too long', `"a" "b"\n"${'u'.repeat(128)}" "c"`, 2],
    ['a secret that is too long', `"a" "${'s'.repeat(2048)}"`, 1],
    ['NUL', '"a" "b"\n\0', 2],
  ])('stops at %s', (_, text, line) => {
    expect(() => readUserlist(text)).toThrow(FormatError);
    expect(() => readUserlist(text)).toThrow(expect.objectContaining({ line }));
  });
});

describe('setUserlistEntries', () => {
  const entry = { user: 'b', secret: 'new"' };

  test.each([
    ['replaces one line only', '; c\n"a" "1"\n"b" "2"\n\n"c" "3"', '; c\n"a" "1"\n"b" "new"""\n\n"c" "3"'],
    ['keeps CRLF and indents', '"a" "1"\r\n  "b" "2"\r\n', '"a" "1"\r\n  "b" "new"""\r\n'],
    ['drops what followed the old secret', '"b" "2"3"\n"c" "3"\n', '"b" "new"""\n"c" "3"\n'],
    ['replaces a secret of two lines', '"b" "2\n3"\n"c" "3"\n', '"b" "new"""\n"c" "3"\n'],
    [
      'keeps the last of several and drops the others',
      '"b" "1"\n;\n"b" "2"\n"c" "3"\n"b" "4"',
      ';\n"c" "3"\n"b" "new"""',
    ],
    ['appends', '"a" "1"\n', '"a" "1"\n"b" "new"""\n'],
    ['appends where the last line has no end', '"a" "1"\r\n"c" "2"', '"a" "1"\r\n"c" "2"\r\n"b" "new"""\r\n'],
    ['appends to nothing', '', '"b" "new"""\n'],
  ])('%s', (_, text, expected) => {
    expect(setUserlistEntries(text, [entry])).toBe(expected);
  });

  test('refuses a file that PgBouncer would not read to its end', () => {
    expect(() => setUserlistEntries('"a" "1"\n# x\n', [entry])).toThrow(expect.objectContaining({ line: 2 }));
  });

  test.each([
    ['an empty file', '', '"a" "1"\n"b" "2"\n'],
    ['CRLF', '"c" "x"\r\n"b" "old"\r\n', '"c" "x"\r\n"b" "2"\r\n"a" "1"\r\n'],
    ['comments', '; one\n"a" "old"\n;"a" "old"\n', '; one\n"a" "1"\n;"a" "old"\n"b" "2"\n'],
    ['a user twice', '"a" "old"\n"c" "x"\n"a" "older"\n', '"c" "x"\n"a" "1"\n"b" "2"\n'],
  ])('sets many users in %s', (_, before, after) => {
    const entries = [
      { user: 'a', secret: '1' },
      { user: 'b', secret: '2' },
    ];
    expect(setUserlistEntries(before, entries)).toBe(after);
  });
});
