/** A row of a SHOW command by column name; null is SQL's NULL. */
export type ConsoleRow = Readonly<Record<string, string | null>>;

const FIELD = '\x1f';
const RECORD = '\x1e';

/**
 * Reads what psql printed unaligned, with a header, US between fields and RS between records. By header
 * because columns come and go: SHOW STATS shifted in 1.23, SHOW DATABASES in 1.23 and 1.24.
 */
export function parseConsoleTable(text: string, nullMarker: string): ConsoleRow[] {
  const [header, ...records] = text.replace(/\r?\n$/, '').split(RECORD);
  if (header === undefined || header === '') return [];
  const columns = header.split(FIELD);
  return records.map((record) => {
    const fields = record.split(FIELD);
    return Object.fromEntries(
      columns.map((column, index) => {
        const field = fields[index] ?? nullMarker;
        return [column, field === nullMarker ? null : field];
      }),
    );
  });
}
