import type { SettingType } from '../stack/pgbouncer-settings.ts';

/** A value as the settings file has it, or why it cannot be had. */
export type ReadValue =
  | { readonly value: string | number }
  | { readonly reason: string; readonly fix: string };

const POOL_MODES = ['session', 'transaction', 'statement'];
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** Reads the value of a `[pgbouncer]` setting as PgBouncer does; of a `file`, its path. */
export function readSettingValue(type: SettingType, text: string): ReadValue {
  switch (type) {
    case 'int':
      return readInteger(text);
    case 'flag': {
      const read = readInteger(text);
      if (!('value' in read) || read.value === 0 || read.value === 1) return read;
      return { reason: 'is neither 0 nor 1', fix: 'write 1' };
    }
    case 'sec':
      return readSeconds(text);
    case 'pool_mode':
      return readWord(text, POOL_MODES);
    case 'sslmode':
      return readWord(text, SSL_MODES);
    default:
      return { value: text };
  }
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
  if (size > 2147483647)
    return { reason: 'is more than PgBouncer can hold', fix: 'write at most 2147483647' };
  return { value: size };
}

function readSeconds(text: string): ReadValue {
  if (!/^\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text))
    return {
      reason: 'is no number of seconds, and PgBouncer does not start with it',
      fix: 'write the seconds alone, such as 30',
    };
  const seconds = Number(text);
  if (seconds > 2147483647)
    return { reason: 'is more than ecar-pool takes', fix: 'write at most 2147483647' };
  return { value: seconds };
}

/** PgBouncer takes its words in any case. */
export function readWord(text: string, words: readonly string[]): ReadValue {
  const word = text.toLowerCase();
  if (words.includes(word)) return { value: word };
  return { reason: `is none of ${words.join(', ')}`, fix: 'write one of these' };
}

/**
 * Reads a number of [databases] or [users], which PgBouncer reads by atoi: undefined for what means nothing there,
 * a reason for what it takes for another number than is written.
 */
export function readCount(text: string): ReadValue | undefined {
  if (/^-\d+$/.test(text)) return undefined;
  if (/^\+?\d+$/.test(text) && Number(text) <= 2147483647) return { value: Number(text) };
  const read = Number.parseInt(text, 10) || 0;
  return {
    reason: `is no whole number, and PgBouncer reads it as ${read}`,
    fix: `write ${read}, or what was meant`,
  };
}

export const readPoolMode = (text: string): ReadValue => readWord(text, POOL_MODES);
