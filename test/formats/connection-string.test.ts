import { describe, expect, test } from 'vitest';
import { readConnectionString, writeConnectionString } from '../../src/formats/connection-string.ts';
import { FormatError, UnrepresentableError } from '../../src/formats/format-error.ts';

describe('writeConnectionString', () => {
  test.each([
    ['a plain value bare', 'db-1.example.com', 'k=db-1.example.com'],
    ['an address bare', '::1', 'k=::1'],
    ['a single quote doubled', "qu'ote", "k='qu''ote'"],
    ['blanks in quotes', ' a\tb ', "k=' a\tb '"],
    ['a backslash as it is', 'a\\', "k='a\\'"],
    ['a comment mark in quotes', 'a;#', "k='a;#'"],
  ])('writes %s', (_, value, expected) => {
    expect(writeConnectionString([['k', value]])).toBe(expected);
  });

  test('puts one space between pairs', () => {
    expect(
      writeConnectionString([
        ['host', 'db'],
        ['dbname', 'a b'],
        ['port', '5432'],
      ]),
    ).toBe("host=db dbname='a b' port=5432");
  });

  test.each([
    ['an empty value', 'k', ''],
    ['a newline', 'k', 'hidden\n'],
    ['NUL', 'k', 'hidden\0'],
    ['half a surrogate pair', 'k', 'hidden\uDFFF'],
    ['a key with a space', 'hidden k', 'v'],
  ])('refuses %s and does not repeat it', (_, key, value) => {
    expect(() => writeConnectionString([[key, value]])).toThrow(UnrepresentableError);
    expect(() => writeConnectionString([[key, value]])).not.toThrow(/hidden/);
  });
});

describe('readConnectionString', () => {
  test.each([
    ['nothing', '  ', []],
    [
      'spaces around the equals sign',
      'a = b  c =d ',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a missing value as the next word', 'host= port=5', [['host', 'port=5']]],
    ['a tab as data', 'host=db\tport=5', [['host', 'db\tport=5']]],
    ['marks inside a bare value', 'a=x;#=\'"\\', [['a', 'x;#=\'"\\']]],
    [
      'doubled quotes',
      "a='it''s' b=c",
      [
        ['a', "it's"],
        ['b', 'c'],
      ],
    ],
    [
      'the loss of one character behind a quote',
      "a='x'yz=1",
      [
        ['a', 'x'],
        ['z', '1'],
      ],
    ],
    [
      'duplicates',
      'a=1 a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
  ])('reads %s', (_, text, expected) => {
    expect(readConnectionString(text)).toEqual(expected);
  });

  test.each([
    ['an empty quoted value', "a=b c='' d=e", 5],
    ['no value at all', 'a=', 1],
    ['an unclosed quote', "a='b", 1],
    ['a quote doubled at the end', "a='b''", 1],
    ['a word without a value', 'a=b ; note', 5],
    ['a missing key', '=b', 1],
  ])('stops at %s', (_, text, column) => {
    expect(() => readConnectionString(text)).toThrow(FormatError);
    expect(() => readConnectionString(text)).toThrow(expect.objectContaining({ line: 1, column }));
  });
});
