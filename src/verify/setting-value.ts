/**
 * Whether two texts mean the same value of a PgBouncer setting. Numbers count as numbers: SHOW CONFIG
 * prints `5.0` as `5`, and the octal `0770` of unix_socket_mode as 504, as strtol with base 0 reads it. An
 * empty value is shown as NULL by some releases.
 */
export function isSameSetting(left: string | null, right: string | null): boolean {
  const [a, b] = [left ?? '', right ?? ''];
  if (a === b) return true;
  return readNumbers(a).some((number) => readNumbers(b).includes(number));
}

/** What a text can be as a number: a leading zero is octal for whole numbers and nothing for seconds. */
function readNumbers(text: string): number[] {
  const readings: number[] = [];
  if (/^0[0-7]+$/.test(text)) readings.push(Number.parseInt(text, 8));
  if (/^0x[0-9a-f]+$/i.test(text)) readings.push(Number.parseInt(text, 16));
  else if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) readings.push(Number(text));
  return readings;
}
