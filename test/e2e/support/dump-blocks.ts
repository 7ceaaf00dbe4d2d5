/**
 * The offsets at which a block of data, or a chunk in one, begins or ends in a dump in custom format without offsets,
 * as pg_dump writes it to a pipe. Found from the end of the table of contents on, which is where all that follows
 * can be read to the very end (pg_backup_custom.c).
 */
export function findBlockBoundaries(dump: Buffer): number[] {
  for (let start = 5; start < dump.length; start++) {
    const boundaries = readBlocks(dump, start);
    if (boundaries !== undefined && boundaries.length > 3) return boundaries;
  }
  throw new Error('the dump has no blocks of data');
}

/** A sign byte and four bytes, the lowest first. */
const INT = 5;
const DATA = 1;
const BLOBS = 3;

function readBlocks(dump: Buffer, start: number): number[] | undefined {
  const boundaries = [start];
  let at = start;
  const readInt = () => {
    if (at + INT > dump.length || dump[at] !== 0) return undefined;
    const value = dump.readUInt32LE(at + 1);
    at += INT;
    boundaries.push(at);
    return value;
  };
  const skipChunks = () => {
    for (;;) {
      const length = readInt();
      if (length === undefined || at + length > dump.length) return false;
      if (length === 0) return true;
      at += length;
      boundaries.push(at);
    }
  };
  while (at < dump.length) {
    const kind = dump[at];
    at += 1;
    if ((kind !== DATA && kind !== BLOBS) || readInt() === undefined) return undefined;
    if (kind === DATA && !skipChunks()) return undefined;
    for (let oid = kind === BLOBS ? readInt() : 0; oid !== 0; oid = readInt())
      if (oid === undefined || !skipChunks()) return undefined;
  }
  return boundaries;
}
