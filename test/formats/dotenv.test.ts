import { describe, expect, test } from 'vitest';
import {
  type DotenvEntry,
  explainDotenvValue,
  readDotenv,
  writeDotenv,
  writeDotenvValue,
} from '../../src/formats/dotenv.ts';
import { FormatError, UnrepresentableError } from '../../src/formats/format-error.ts';

const pairs = (text: string) =>
  readDotenv(text).map((entry) => [entry.name, 'value' in entry ? entry.value : entry.problem]);

describe('writeDotenvValue', () => {
  test.each([
    ['plain', "'plain'"],
    ['', '""'],
    [`$x \${y} #`, `'$x \${y} #'`],
    ['a"b', `'a"b'`],
    ["it's", `"it's"`],
    ['a\\', '"a\\\\"'],
    [`'"$\\`, `"'\\"\\$\\\\"`],
    [' a\r\t ', "' a\r\t '"],
  ])('writes %j as %s', (value, expected) => {
    expect(writeDotenvValue(value)).toBe(expected);
  });

  test.each([
    ['a newline', 'hidden\n', 'newline'],
    ['NUL', 'hidden\0', 'NUL'],
    ['half a surrogate pair', 'hidden\uD83D', 'Unicode'],
    ['more than Linux takes', 'hidden'.repeat(22_000), 'longer'],
  ])('refuses %s and does not repeat it', (_, value, reason) => {
    expect(explainDotenvValue(value)).toContain(reason);
    expect(() => writeDotenvValue(value)).toThrow(UnrepresentableError);
    expect(() => writeDotenvValue(value)).not.toThrow(/hidden/);
  });
});

describe('writeDotenv', () => {
  test('writes comments and one entry a line', () => {
    expect(
      writeDotenv(
        [
          ['A_1', 'x'],
          ['b', ''],
        ],
        ['note'],
      ),
    ).toBe('# note\nA_1=\'x\'\nb=""\n');
  });

  test.each(['', '1V', 'V-W', 'V W', 'é', 'V\n'])('refuses the name %j', (name) => {
    expect(() => writeDotenv([[name, 'x']], [])).toThrow(UnrepresentableError);
  });
});

describe('readDotenv', () => {
  test.each([
    ['V=a # c', 'a'],
    ['V=a  # c', 'a'],
    ['V=a#b', 'a#b'],
    ['V=a\t# c', 'a\t# c'],
    ['V= # c', '# c'],
    ['V= a  ', 'a'],
    ['V = a', 'a'],
    ['V=\u00A0a\u2003', 'a'],
    ["V='a' # c", 'a'],
    ["V='a'#c", 'a'],
    ["V='it\\'s'", "it's"],
    ["V='a\\\\b'", 'a\\\\b'],
    [`V='$x \${y}'`, `$x \${y}`],
    ['V="\\n\\t\\r\\a\\b\\f\\v\\\\\\"\\$\\0101"', '\n\t\r\x07\b\f\v\\"$A'],
    ['V="\\x41\\u0041\\c"', '\\x41\\u0041\\c'],
    ['V="\\0200"', '\u0080'],
    ['V="\\0 \\01x \\0777"', '\\ \\1x \\777'],
    ['V=a\\nb', 'a\\nb'],
    ['V=a$$b', 'a$b'],
    ['V="a$$b"', 'a$b'],
    ['V=$', '$'],
    ['V=$1$(id)`id`a$', '$1$(id)`id`a$'],
    ['export V=a', 'a'],
    ['export\tV=a', 'a'],
    ['V=', ''],
    ["V=''", ''],
    ['V="a\nb"', 'a\nb'],
    ["V='a\r\nb'", 'a\r\nb'],
    ['\uFEFFV=a', 'a'],
    ['V=a\r', 'a'],
    ['V="a"\r', 'a'],
    ['V=\r', ''],
    ['V=a"b"\'', 'a"b"\''],
    ['V==a', '=a'],
  ])('reads %j as Compose does', (line, value) => {
    expect(pairs(`${line}\n`)).toEqual([['V', value]]);
    expect(pairs(`${line}\nW=w`)).toEqual([
      ['V', value],
      ['W', 'w'],
    ]);
  });

  test('keeps duplicates, comments aside, and says where each name starts', () => {
    expect(readDotenv('# c\nA=1\n\n  export A="2\n3"\nB=4')).toEqual([
      { name: 'A', line: 2, column: 1, value: '1' },
      { name: 'A', line: 4, column: 10, value: '2\n3' },
      { name: 'B', line: 6, column: 1, value: '4' },
    ]);
  });

  test.each([
    ['V=$x', 'variable'],
    ['V="a$x"', 'variable'],
    [`V=\${x:-d}`, 'variable'],
    [`V=\${`, 'variable'],
    ['V=\\$x', 'variable'],
    ['V="\\\\$x"', 'variable'],
    ['V="$$$x"', 'variable'],
    ['V="\\0044x"', 'variable'],
    ['V', 'no value'],
    ['export V', 'no value'],
    ['V: a', 'colon'],
    ["V:'a'", 'colon'],
    ["V='a'b", 'closing quote'],
    ["V='it''s'", 'closing quote'],
    ['V="a" B=2', 'closing quote'],
  ])('reports a problem for %j and reads on', (line, problem) => {
    const entries = readDotenv(`${line}\nW=w`);
    expect(entries).toMatchObject([
      {
        name: 'V',
        line: 1,
        column: expect.any(Number),
        problem: expect.stringContaining(problem),
        hint: expect.any(String),
      },
      { name: 'W', line: 2, column: 1, value: 'w' },
    ] satisfies DotenvEntry[]);
  });

  test('reports a value without a name', () => {
    expect(readDotenv('=a')).toMatchObject([{ name: '', problem: 'the name is missing' }]);
  });

  test.each([
    ['an unclosed quote', 'A=1\nV="hidden\nB=2\n', 2, 3, /not closed/],
    ['a single quote closed behind a backslash', "V='hidden\\'\n", 1, 3, /not closed/],
    ['a name with a space', 'A=1\nV hidden=a\n', 2, 1, /space/],
    ['a shell command', 'set -a\n', 1, 1, /space/],
    ['a bad character in a name', '\nA=1\n%hidden=a\n', 3, 1, /character/],
  ])('stops at %s and does not repeat it', (_, text, line, column, message) => {
    expect(() => readDotenv(text)).toThrow(FormatError);
    expect(() => readDotenv(text)).toThrow(expect.objectContaining({ line, column }));
    expect(() => readDotenv(text)).toThrow(message);
    expect(() => readDotenv(text)).not.toThrow(/hidden/);
  });
});
