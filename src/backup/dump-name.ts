/** What the name of a backup tells. */
export interface DumpName {
  /** When it was begun, to the second, in milliseconds of the epoch. */
  readonly time: number;
  /** The database on the server. */
  readonly database: string;
}

/**
 * The file name of a backup: `20261123T101500Z-ecar_db.dump`. Names sort by time. What a file system or a shell may
 * not like in the name of a database is percent-encoded; at 63 bytes of a name, three each fit into any file name.
 */
export function formatDumpName({ time, database }: DumpName): string {
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const bytes = [...Buffer.from(database, 'utf8')];
  const encoded = bytes.map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `${stamp}-${encoded.join('')}.dump`;
}

/** Reads such a name; undefined for any other, which is then no backup of ours. */
export function parseDumpName(name: string): DumpName | undefined {
  const [, stamp = '', encoded = ''] = /^(\d{8}T\d{6}Z)-((?:[\w.-]|%[0-9A-F]{2})+)\.dump$/.exec(name) ?? [];
  const time = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(time)) return undefined;
  try {
    const found = { time, database: decodeURIComponent(encoded) };
    return formatDumpName(found) === name ? found : undefined;
  } catch {
    // Not UTF-8, and so no name that was formatted here.
    return undefined;
  }
}
