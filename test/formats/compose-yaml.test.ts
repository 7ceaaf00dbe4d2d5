import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { escapeInterpolation, readComposeYaml, writeComposeYaml } from '../../src/formats/compose-yaml.ts';
import { FormatError, UnrepresentableError } from '../../src/formats/format-error.ts';

const AMBIGUOUS = [
  ...['yes', 'No', 'on', 'OFF', 'y', 'N', 'true', 'null', '~', ''],
  ...['12:34', '0600', '1_000', '.inf', '2020-01-01', '<<', '=', '0x1f', '1e3'],
  ...[
    'a: b',
    '- a',
    '# a',
    '&a',
    '*a',
    '!a',
    '? a',
    '[a',
    '{a',
    'a #b',
    ' a ',
    '"',
    "'",
    '\\',
    '@',
    '%',
    '`',
  ],
  ...[
    '\n',
    'a\nb\n',
    '\t',
    '\r',
    '\x7F',
    '\u0085',
    '\u009F',
    '\u2028',
    '\u2029',
    '\uFEFF',
    '\uFFFE',
    'é',
    '😀',
  ],
];

describe('writeComposeYaml', () => {
  test('quotes strings, leaves keys, numbers and booleans bare, and repeats shared parts', () => {
    const shared = { interval: '5s' };
    const document = {
      services: { db: { init: true, pids: 5, a: shared, b: shared, ports: ['6432:6432'] } },
    };
    expect(writeComposeYaml(document, ['note'])).toBe(
      [
        '# note',
        'services:',
        '  db:',
        '    init: true',
        '    pids: 5',
        '    a:',
        '      interval: "5s"',
        '    b:',
        '      interval: "5s"',
        '    ports:',
        '      - "6432:6432"',
        '',
      ].join('\n'),
    );
  });

  test.each(AMBIGUOUS)('keeps %j as value and key under YAML 1.1 and 1.2', (text) => {
    const document = { value: text, list: [text], map: { [text]: 'x' } };
    const yaml = writeComposeYaml(document, []);
    expect(parse(yaml, { version: '1.2', schema: 'core' })).toEqual(document);
    expect(parse(yaml, { version: '1.1', schema: 'yaml-1.1' })).toEqual(document);
    expect(yaml).toMatch(/^[\n\x20-\x7E\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
    expect(yaml).not.toMatch(/[\u2028\u2029\uFEFF]/);
  });

  test('keeps long strings and line ends inside a string on one line', () => {
    const text = `${'long words '.repeat(30)}\nsecond line ${'x'.repeat(60)}`;
    expect(writeComposeYaml({ text }, []).split('\n')).toHaveLength(2);
  });

  test('refuses half a surrogate pair and a comment that would end early', () => {
    expect(() => writeComposeYaml({ a: 'hidden\uD800' }, [])).toThrow(UnrepresentableError);
    expect(() => writeComposeYaml({ a: 'hidden\uD800' }, [])).not.toThrow(/hidden/);
    expect(() => writeComposeYaml({}, ['a\u0085b: c'])).toThrow(UnrepresentableError);
  });
});

describe('readComposeYaml', () => {
  test('applies merge keys and passes over the tags of Compose', () => {
    const text = 'x: &x { a: 1 }\nservices: { s: { <<: *x, ports: !reset [] } }\n';
    expect(readComposeYaml(text)).toEqual({ x: { a: 1 }, services: { s: { a: 1, ports: [] } } });
  });

  test.each([
    ['a: hidden\na: hidden\n', 2],
    ['a: "hidden\n', 2],
    ['\n\tb: {hidden\n', 2],
    ['a: *hidden\n', undefined],
  ])('stops at %j and does not repeat it', (text, line) => {
    expect(() => readComposeYaml(text)).toThrow(FormatError);
    if (line) expect(() => readComposeYaml(text)).toThrow(expect.objectContaining({ line }));
    expect(() => readComposeYaml(text)).not.toThrow(/hidden/);
  });
});

test('escapeInterpolation doubles every dollar sign', () => {
  expect(escapeInterpolation(`$a$$\${b}`)).toBe(`$$a$$$$$\${b}`);
});
