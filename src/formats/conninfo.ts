/**
 * A libpq connection string of keywords and values. Every value is quoted: a bare database name that holds `=` or
 * looks like a URI would be taken for a connection string of its own.
 */
export function writeConninfo(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}='${value.replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
}

/** The same for people to read and to paste: values are quoted only where libpq needs it. */
export function showConninfo(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => (/^[\w./:-]+$/.test(value) ? `${key}=${value}` : writeConninfo({ [key]: value })))
    .join(' ');
}
