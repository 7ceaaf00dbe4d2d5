import { describe, expect, it } from 'vitest';
import { toValue } from '../../src/settings/tree.ts';
import { load, SETTINGS, treeOf } from './support.ts';

describe('valid YAML must be read', () => {
  it.each([
    ['anchors and aliases', 'a: &x [1, 2]\nb: *x', { a: [1, 2], b: [1, 2] }],
    ['an anchor that is set again', 'a: &x 1\nb: *x\nc: &x 2\nd: *x', { a: 1, b: 1, c: 2, d: 2 }],
    ['an anchor inside an anchor', 'a: &x { b: &y 5 }\nc: *y\nd: *x', { a: { b: 5 }, c: 5, d: { b: 5 } }],
    ['an alias as a key', 'a: &x name\n*x : 5', { a: 'name', name: 5 }],
    ['an alias of nothing', 'a: &x\nb: *x', { a: null, b: null }],
    ['a merge', 'a: &x { p: 1, q: 2 }\nb: { <<: *x, q: 3 }', { a: { p: 1, q: 2 }, b: { q: 3, p: 1 } }],
    [
      'a merge of several, the first wins',
      'a: &x { p: 1 }\nb: &y { p: 2, q: 2 }\nc: { <<: [*x, *y] }',
      { a: { p: 1 }, b: { p: 2, q: 2 }, c: { p: 1, q: 2 } },
    ],
    ['a merge of a map written there', 'a: { <<: { p: 1 }, q: 2 }', { a: { q: 2, p: 1 } }],
    ['a quoted << as a key like any other', 'a: { "<<": 1 }', { a: { '<<': 1 } }],
    [
      'tags that change nothing',
      'a: !!str 5\nb: !!int 6\nc: !!map {}\nd: !!seq []',
      { a: '5', b: 6, c: {}, d: [] },
    ],
    ['hexadecimal and octal numbers', 'a: 0x10\nb: 0o10', { a: 16, b: 8 }],
    ['digits behind a zero as text', 'a: 010\nb: 0.5\nc: 0', { a: '010', b: 0.5, c: 0 }],
    ['words that were booleans as text', 'a: yes\nb: on\nc: true', { a: 'yes', b: 'on', c: true }],
    ['block text', 'a: |\n  one\n  two\nb: >-\n  one\n  two', { a: 'one\ntwo\n', b: 'one two' }],
    ['JSON', '{"a": {"b": [1, null, "x"]}}', { a: { b: [1, null, 'x'] } }],
    ['a document mark', '---\na: 1\n...\n', { a: 1 }],
    ['numbers as keys', '5432: x', { 5432: 'x' }],
    ['a key that objects inherit', 'constructor: 1\ntoString: 2', { constructor: 1, toString: 2 }],
  ])('%s', (_, text, expected) => {
    const value = toValue(treeOf(text));
    expect(JSON.stringify(value)).toBe(JSON.stringify(expected));
  });

  it('keys must be own properties of objects without a prototype', () => {
    const value = toValue(treeOf('constructor: 1')) as object;
    expect(Object.getPrototypeOf(value)).toBeNull();
  });
});

describe('the file', () => {
  it.each([
    ['a byte order mark', `\uFEFF${SETTINGS}`],
    ['CRLF', SETTINGS.replaceAll('\n', '\r\n')],
    ['both', `\uFEFF${SETTINGS.replaceAll('\n', '\r\n')}`],
    ['no line end at its end', SETTINGS.trimEnd()],
    ['blanks at the ends of lines', SETTINGS.replaceAll('\n', '  \n')],
    ['comments everywhere', SETTINGS.replaceAll('\n', ' # note\n# note\n')],
  ])('may have %s', async (_, text) => {
    const { stack } = await load(text);
    expect(stack.databases).toHaveLength(1);
    expect(stack.users[0]?.password?.reveal()).toBe('apple-tree');
  });

  it('may call a database by a name that objects inherit', async () => {
    const { stack } = await load(
      `${SETTINGS.replace('ecar_db:', 'constructor:')}app: { image: example.com/a:1, database: constructor }\n`,
    );
    expect(stack.client).toMatchObject({ database: 'constructor', user: 'ecar_user' });
  });

  it('may share by anchors and merges', async () => {
    const settings = SETTINGS.replace(
      '  ecar_db: { users: [ecar_user] }\n',
      '  ecar_db: &base { users: [ecar_user], pool_size: 5 }\n  other: { <<: *base, dbname: ecar_db, pool_mode: session }\n  third: *base\n',
    );
    const { stack } = await load(settings);
    expect(
      stack.databases.map(({ name, settings: keys }) => [name, keys.get('pool_size'), keys.get('pool_mode')]),
    ).toEqual([
      ['ecar_db', '5', undefined],
      ['other', '5', 'session'],
      ['third', '5', undefined],
    ]);
  });
});
