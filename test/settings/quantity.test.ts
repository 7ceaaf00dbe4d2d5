import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantityPattern, readQuantity, type Unit } from '../../src/settings/quantity.ts';

describe('readQuantity', () => {
  it.each<[text: string, unit: Unit, expected: number]>([
    ['5s', 's', 5],
    ['2min', 's', 120],
    ['1.5 h', 's', 5400],
    ['1d', 's', 86_400],
    ['100ms', 's', 0.1],
    ['250us', 's', 0.00025],
    ['1.1min', 's', 66],
    ['30s', 'ms', 30_000],
    ['500us', 'ms', 0.5],
    ['8kB', 'B', 8192],
    ['0.5MB', 'B', 524_288],
    ['7B', 'B', 7],
  ])('%s must be %s: %d', (text, unit, expected) => {
    expect(text).toMatch(quantityPattern(unit));
    expect(readQuantity(text, unit)).toBe(expected);
  });

  it.each(['5', '5 m', '5M', '-5s', '5s ', '1h30min', '1e3s', '.5s', '5  s', ''])(
    '%j must not fit',
    (text) => {
      expect(text).not.toMatch(quantityPattern('s'));
    },
  );

  it('whole seconds must stay whole, whatever the unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seconds) => {
        expect(readQuantity(`${seconds}s`, 's')).toBe(seconds);
        expect(readQuantity(`${seconds * 1000}ms`, 's')).toBe(seconds);
        expect(readQuantity(`${seconds}min`, 's')).toBe(seconds * 60);
      }),
    );
  });
});
