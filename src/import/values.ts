import type { Row } from '../stack/catalogue/row.ts';
import { INT_MAX, type SettingFacts } from '../stack/pgbouncer-settings.ts';

/** A value as the settings file has it, or why it cannot be had. */
export type ReadValue =
  | { readonly value: string | number }
  | { readonly reason: string; readonly fix: string };

/** Reads the value of a `[pgbouncer]` setting as PgBouncer does; of a `file`, its path. */
export function readSettingValue(
  { type, words = [], min, max }: Pick<SettingFacts, 'type' | 'words' | 'min' | 'max'>,
  text: string,
): ReadValue {
  if (type === 'str' || type === 'file') return { value: text };
  if (type === 'enum') return readWord(text, words);
  const read = type === 'sec' ? readSeconds(text) : readInteger(text);
  if (!('value' in read)) return read;
  if (type === 'flag' && Number(read.value) > 1) return { reason: 'is neither 0 nor 1', fix: 'write 1' };
  if (Number(read.value) < min) return { reason: `is below ${min}`, fix: `write ${min} or more` };
  if (Number(read.value) > max) return { reason: `is more than ${max}`, fix: `write at most ${max}` };
  return read;
}

/** As strtol does with base 0: a leading 0 is octal, 0x is hexadecimal. */
function readInteger(text: string): ReadValue {
  if (!/^[+-]?(?:0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.test(text))
    return {
      reason: 'is no whole number, and PgBouncer does not start with it',
      fix: 'write a whole number',
    };
  const digits = text.replace(/^[+-]/, '');
  const size = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  if (text.startsWith('-') && size > 0)
    return { reason: 'is below 0, for which ecar-pool has no use', fix: 'write 0 or more' };
  if (size > INT_MAX) return { reason: 'is more than PgBouncer can hold', fix: `write at most ${INT_MAX}` };
  return { value: size };
}

function readSeconds(text: string): ReadValue {
  if (!/^\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text))
    return {
      reason: 'is no number of seconds, and PgBouncer does not start with it',
      fix: 'write the seconds alone, such as 30',
    };
  const seconds = Number(text);
  if (seconds > INT_MAX) return { reason: 'is more than ecar-pool takes', fix: `write at most ${INT_MAX}` };
  return { value: seconds };
}

/** PgBouncer takes its words in any case. */
function readWord(text: string, words: readonly string[]): ReadValue {
  const word = text.toLowerCase();
  if (words.includes(word)) return { value: word };
  return { reason: `is none of ${words.join(', ')}`, fix: 'write one of these' };
}

/** Reads a value of [databases] or [users] as PgBouncer does (loader.c); undefined for what means nothing there. */
export function readEntryValue({ type, words = [], min = 0 }: Row, text: string): ReadValue | undefined {
  if (type === 'enum') return readWord(text, words);
  return type === 'int' ? readCount(text, min) : { value: text };
}

/**
 * Reads a number of [databases] or [users], which PgBouncer reads by atoi: undefined for what means nothing there,
 * a reason for what it takes for another number than is written.
 */
function readCount(text: string, min: number): ReadValue | undefined {
  if (/^-\d+$/.test(text) || (/^\d+$/.test(text) && Number(text) < min)) return undefined;
  if (/^\+?\d+$/.test(text) && Number(text) <= INT_MAX) return { value: Number(text) };
  const read = Number.parseInt(text, 10) || 0;
  return {
    reason: `is no whole number, and PgBouncer reads it as ${read}`,
    fix: `write ${read}, or what was meant`,
  };
}
