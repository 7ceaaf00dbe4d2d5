import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/settings/source.ts';
import { keySpanAt, mergeTrees, spanAt, toValue } from '../../src/settings/tree.ts';
import { load, SETTINGS, treeOf } from './support.ts';

/** An overlay laid over a base, as plain data. */
function merge(base: string, overlay: string): unknown {
  return JSON.parse(JSON.stringify(toValue(mergeTrees(treeOf(base), treeOf(overlay)))));
}

describe('an overlay', () => {
  it.each([
    ['maps merge', 'a: { x: 1, y: 2 }', 'a: { y: 3, z: 4 }', { a: { x: 1, y: 3, z: 4 } }],
    [
      'maps merge at every depth',
      'a: { b: { c: { x: 1 } } }',
      'a: { b: { c: { y: 2 } } }',
      { a: { b: { c: { x: 1, y: 2 } } } },
    ],
    ['scalars replace', 'a: 1', 'a: two', { a: 'two' }],
    ['lists replace, and do not append', 'a: [1, 2]', 'a: [3]', { a: [3] }],
    ['an empty list replaces', 'a: [1, 2]', 'a: []', { a: [] }],
    ['an empty map changes nothing', 'a: { x: 1 }', 'a: {}', { a: { x: 1 } }],
    ['null removes', 'a: { x: 1, y: 2 }', 'a: { x: null }', { a: { y: 2 } }],
    ['null removes a whole map', 'a: { x: 1 }\nb: 2', 'a: ~', { b: 2 }],
    ['what null removes need not exist', 'a: 1', 'b: null\nc: { d: null, e: 1 }', { a: 1, c: { e: 1 } }],
    ['null in a list stays', 'a: [1]', 'a: [null]', { a: [null] }],
    ['a map replaces a scalar', 'a: 1', 'a: { x: null, y: 1 }', { a: { y: 1 } }],
    ['a scalar replaces a map', 'a: { x: 1 }', 'a: 1', { a: 1 }],
    ['what was null takes a map', 'a:', 'a: { x: 1 }', { a: { x: 1 } }],
    [
      'the order is that of the base, and what is new comes last',
      'b: 1\na: 2',
      'c: 3\na: 4',
      { b: 1, a: 4, c: 3 },
    ],
  ])('%s', (_, base, overlay, expected) => {
    const merged = merge(base, overlay);
    expect(JSON.stringify(merged)).toBe(JSON.stringify(expected));
  });

  it('must leave the base as it was', () => {
    const base = treeOf('a: { x: 1 }');
    mergeTrees(base, treeOf('a: { x: 2, y: null }'));
    expect(JSON.stringify(toValue(base))).toBe('{"a":{"x":1}}');
  });

  it('must keep places: of what it sets, of what it leaves, and of what it removes', () => {
    const text = 'a: { x: 1, y: 2, z: 3 }\n';
    const merged = mergeTrees(treeOf(text), treeOf('\n\na:\n  x: 5\n  y: null\n'));
    expect(placeOf(spanAt(merged, ['a', 'x']))).toMatchObject({ line: 4, column: 6 });
    expect(placeOf(spanAt(merged, ['a', 'z']))).toMatchObject({ line: 1, column: 21 });
    expect(placeOf(spanAt(merged, ['a', 'y']))).toMatchObject({ line: 5, column: 3 });
    expect(placeOf(keySpanAt(merged, ['a']))).toMatchObject({ line: 1, column: 1 });
    expect(placeOf(spanAt(merged, ['b']))).toEqual({ file: 'test.yaml' });
  });
});

it('must merge for the environment that was asked for, and no other', async () => {
  const settings = SETTINGS.replace(
    'dev: {}, prod: {}',
    `dev: { name: ecar_dev, databases: { other: { users: [ecar_user] } } }, prod: { databases: { ecar_db: { pool_size: 7 } } }`,
  );
  const dev = await load(settings, { environment: 'dev' });
  const prod = await load(settings, { environment: 'prod' });
  expect(dev.stack.name).toBe('ecar_dev');
  expect(dev.stack.databases.map(({ name }) => name)).toEqual(['ecar_db', 'other']);
  expect(prod.stack.name).toBe('ecar');
  expect(prod.settings.databases).toEqual({ ecar_db: { users: ['ecar_user'], pool_size: 7 } });
});
