import { describe, expect, it } from 'vitest';
import { interpolate, parseInterpolation } from '../../src/formats/interpolation.ts';

const VARIABLES: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', URL: 'postgres://x' };
const find = (name: string) => VARIABLES[name];

describe('interpolate', () => {
  // What Compose 2.40 gives for each, asked by `docker compose config`.
  it.each([
    ['$A-$$A', 'a-$A'],
    ['${A}${NONE}', 'a'],
    ['${NONE:-x}${NONE-y}', 'xy'],
    ['${EMPTY:-x}${EMPTY-y}', 'x'],
    ['${NONE:-${A}b}', 'ab'],
    ['${NONE:-${ALSO:-deep}}/rest', 'deep/rest'],
    ['${A:+set}${NONE:+set}${EMPTY+set}', 'setset'],
    ['${A:?message}', 'a'],
    ['$1 $ ${} a$', '$1 $ ${} a$'],
  ])('%s must give %s', (text, expected) => {
    expect(interpolate(text, find)).toBe(expected);
  });

  it('must keep each reference as it was written', () => {
    expect(parseInterpolation('a${NONE:-${A}b}$A')).toEqual([
      { text: 'a' },
      { name: 'NONE', operator: ':-', word: '${A}b', source: '${NONE:-${A}b}' },
      { name: 'A', operator: '', word: '', source: '$A' },
    ]);
  });
});
