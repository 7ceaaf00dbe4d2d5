import { createReadStream } from 'node:fs';
import type { RunResult } from '../docker/run.ts';
import type { Server } from './server.ts';

/** What pg_restore found in a file that is a dump and whole, or the call that found out that it is not. */
export type Finding = { readonly tables: number } | { readonly failure: RunResult };

/**
 * Has pg_restore list a dump, which shows that its table of contents can be read, and then read all of it: to
 * /dev/null, as SQL. Only that meets each block of data and its end, so that a file that was cut off anywhere fails;
 * the list alone is whole where every row is missing.
 * @param onBytes told how much has been read
 */
export async function checkDump(
  server: Server,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<Finding> {
  const list = await server.run(['pg_restore', '--list'], { input: createReadStream(path) });
  if (list.code !== 0) return { failure: list };
  const input = countBytes(createReadStream(path), onBytes);
  const read = await server.run(['pg_restore', '--file=/dev/null'], { input });
  if (read.code !== 0) return { failure: read };
  return { tables: list.stdout.match(/^\d+; \d+ \d+ TABLE DATA /gm)?.length ?? 0 };
}

/** Whether it is the dump that is at fault: pg_restore says so itself, and all else is about docker or the time. */
export function isAboutFile({ stderr, timedOut }: RunResult): boolean {
  return !timedOut && /^pg_restore: error: /m.test(stderr);
}

/** Passes chunks on, and tells how many bytes they were so far. */
export async function* countBytes(
  input: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of input) {
    yield chunk;
    bytes += chunk.length;
    onBytes(bytes);
  }
}
