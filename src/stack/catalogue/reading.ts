import type { SettingType } from './row.ts';

/** What PgBouncer makes of a value: a number, or nothing, and then it does not start. */
export type Reading = { readonly value: number } | 'refused' | 'unpredictable';

/**
 * How PgBouncer reads a value of `[pgbouncer]` that should be a number (libusual's cfparser.c). Whole numbers go
 * through strtol, which knows octal and hexadecimal, and are then cut to 32 bits; seconds through strtod.
 */
export function readSetting(type: SettingType, text: string): Reading {
  if (type === 'sec') return readSeconds(text);
  if (!/^[+-]?(?:0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(text)) return 'refused';
  const digits = text.replace(/^[+-]/, '');
  const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits);
  const long = clamp(text.startsWith('-') ? -magnitude : magnitude);
  return { value: Number(type === 'uint' ? BigInt.asUintN(32, long) : BigInt.asIntN(32, long)) };
}

/**
 * How PgBouncer reads a number in an entry of `[databases]`, `[users]` or `[peers]`: atoi takes the digits in
 * front, and 0 where there are none (loader.c).
 */
export function readEntryNumber(text: string): Reading {
  const [digits = '0'] = /^[+-]?\d+/.exec(text) ?? [];
  return { value: Number(BigInt.asIntN(32, clamp(BigInt(digits.replace('+', ''))))) };
}

function readSeconds(text: string): Reading {
  if (/^[+-]?(?:inf|infinity|nan)$/i.test(text)) return text.startsWith('-') ? 'refused' : 'unpredictable';
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) || Number(text) < 0) return 'refused';
  // It counts microseconds in 64 bits; what becomes of more is up to the processor.
  return Number(text) < 2 ** 64 / 1e6 ? { value: Number(text) } : 'unpredictable';
}

/** Beyond 64 bits, strtol stays at the end. */
function clamp(number: bigint): bigint {
  const end = 2n ** 63n;
  if (number >= end) return end - 1n;
  return number < -end ? -end : number;
}
