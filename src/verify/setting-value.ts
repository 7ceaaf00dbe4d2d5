/**
 * Whether two texts mean the same value of a PgBouncer setting. Numbers count as numbers: SHOW CONFIG
 * prints `5.0` as `5`, and the octal `0770` of unix_socket_mode as 504, as strtol with base 0 reads it. An
 * empty value is shown as NULL by some releases.
 */
export function isSameSetting(rendered: string | null, shown: string | null): boolean {
  const [a, b] = [rendered ?? '', shown ?? ''];
  if (a === b) return true;
  const numbers = readNumbers(b);
  return readNumbers(a).some((number) => numbers.includes(number) || numbers.includes(asRounded(number, b)));
}

/** Seconds are printed with six digits, as C's %g does: 1234567 as 1.23457e+06. Whole numbers have all of theirs. */
function asRounded(number: number, shown: string): number {
  const [digits = ''] = shown.replace('.', '').split(/e/i);
  return digits.replace(/^0+/, '').length > 6 ? number : Number(number.toPrecision(6));
}

/** What a text can be as a number: a leading zero is octal for whole numbers and nothing for seconds. */
function readNumbers(text: string): number[] {
  const readings: number[] = [];
  if (/^0[0-7]+$/.test(text)) readings.push(Number.parseInt(text, 8));
  if (/^0x[0-9a-f]+$/i.test(text)) readings.push(Number.parseInt(text, 16));
  else if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) readings.push(Number(text));
  return readings;
}
