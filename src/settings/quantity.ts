/** What one of each unit is, in microseconds; Postgres has the same words. */
const TIMES = { us: 1, ms: 1e3, s: 1e6, min: 6e7, h: 3.6e9, d: 8.64e10 };

/** Likewise in bytes. */
const SIZES = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

export type Unit = 's' | 'ms' | 'B';

/** What a number without a unit counts. */
export const PLAIN = { s: 'seconds', ms: 'milliseconds', B: 'bytes' } as const;

/** What people may write in place of a number of such a unit. */
export function quantityPattern(unit: Unit): RegExp {
  return new RegExp(`^\\d+(?:\\.\\d+)? ?(?:${Object.keys(unitsLike(unit)).join('|')})$`);
}

/** What is right there, for who wrote something else. */
export function quantityMessage(unit: Unit, isWhole: boolean): string {
  const words = Object.keys(unitsLike(unit));
  return `must be a ${isWhole ? 'whole ' : ''}number of ${PLAIN[unit]}, or one with ${words.slice(0, -1).join(', ')} or ${words.at(-1)} behind it`;
}

/** `1.5min` as 90 of `s`; the text must fit the pattern. */
export function readQuantity(text: string, unit: Unit): number {
  const units: Readonly<Record<string, number>> = unitsLike(unit);
  const [, number = '', word = ''] = /^([\d.]+) ?(\w+)$/.exec(text) ?? [];
  // Through the smallest unit, so that 100ms is 0.1 and no number beside it.
  return Math.round(Number(number) * (units[word] ?? Number.NaN)) / (units[unit] ?? 1);
}

function unitsLike(unit: Unit) {
  return unit === 'B' ? SIZES : TIMES;
}
