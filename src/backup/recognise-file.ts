import { createReadStream } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { formatCommand } from '../formats/shell.ts';
import { UsageError } from '../problems/errors.ts';

/** As many bytes as it takes to tell what a file is. */
const HEAD = 4096;
/** What each dump in pg_dump's custom format begins with. */
const CUSTOM = 'PGDMP';

/** Compressed files by their first bytes, and what unpacks them. */
const PACKED: readonly (readonly [magic: string, name: string, unpack: string])[] = [
  ['\x1f\x8b', 'gzip', 'gunzip'],
  ['\x28\xb5\x2f\xfd', 'zstd', 'unzstd'],
  ['\xfd7zXZ', 'xz', 'unxz'],
  ['BZh', 'bzip2', 'bunzip2'],
  ['\x04\x22\x4d\x18', 'lz4', 'unlz4'],
];

/**
 * Refuses a file that pg_restore does not read and others do: SQL, or a dump that was compressed once more. All else,
 * a broken dump included, is for pg_restore to tell. Rejects with the error of the file system.
 * @param sql the command that takes SQL on stdin
 * @throws UsageError that says what it is, and how it is restored
 */
export async function refuseOtherFiles(path: string, shownPath: string, sql: string): Promise<void> {
  const head = await readHead(path);
  const file = formatCommand([shownPath]);
  const refuse = (what: string, hint: string) =>
    new UsageError(`${shownPath} is ${what}; nothing was touched`, hint);
  if (head.length === 0) throw refuse('empty', 'name a dump, such as `ecar-pool backup` makes');
  if (isText(head)) {
    const hint = `psql runs it, into an empty database: ${sql} <${file}`;
    throw refuse('text, such as the SQL that pg_dump writes without --format=custom', hint);
  }
  const [, name, unpack] = PACKED.find(([magic]) => head.toString('latin1').startsWith(magic)) ?? [];
  if (name === undefined) return;
  if (name === 'gzip' && isText(gunzipHead(head))) {
    const hint = `psql runs it, into an empty database: gunzip -c ${file} | ${sql}`;
    throw refuse('text that was compressed with gzip, such as SQL of pg_dump', hint);
  }
  throw refuse(
    `compressed with ${name}, which a dump in pg_dump's custom format is not from without`,
    `unpack it, and restore what is in it: ${unpack} -c ${file} >unpacked.dump`,
  );
}

async function readHead(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: HEAD - 1 })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What the beginning of a file unpacks to; nothing where it is broken. */
function gunzipHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}

/** No other format of pg_dump's is without NUL bytes, if it has not been cut off at once. */
function isText(head: Buffer): boolean {
  return (
    head.length > 0 &&
    !head.includes(0) &&
    !CUSTOM.startsWith(head.toString('latin1', 0, CUSTOM.length)) &&
    !PACKED.some(([magic]) => head.toString('latin1').startsWith(magic))
  );
}
