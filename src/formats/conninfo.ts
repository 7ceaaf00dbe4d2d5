/**
 * A libpq connection string of keywords and values. Every value is quoted: a bare database name that holds `=` or
 * looks like a URI would be taken for a connection string of its own.
 */
export function writeConninfo(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}='${value.replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
}
