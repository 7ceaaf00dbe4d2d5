import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError } from '../problems/errors.ts';

/** How long reading may take, and how much is wanted. */
export interface ReadLimits {
  /** Aborting it ends the reading. */
  readonly signal?: AbortSignal | undefined;
  /** When the end must have been reached, on the clock of `performance.now()`. */
  readonly deadline?: number | undefined;
  /** What is larger is given a little longer than this: enough to see that it is too large. */
  readonly maxBytes?: number;
}

/** How long a FIFO may have no writer: whoever waits for a reader opens it within moments. */
const WRITER_MS = 5000;
const PAUSE_MS = 20;

/**
 * Reads a file to its end. Nothing here blocks: a thread that hangs in the kernel hears no signal, and Node
 * waits for it even in process.exit. So a FIFO is opened without waiting for a writer, as fifo(7) has it, and
 * asked again until there is something to read; one whose writer takes its time is waited for.
 * Rejects with the error of the file system; with code ENOWRITER where nobody writes to a FIFO, ETIMEDOUT at
 * the deadline; with InterruptedError on the signal.
 */
export async function readBytes(path: string, limits: ReadLimits = {}): Promise<Buffer> {
  const { maxBytes = Number.POSITIVE_INFINITY } = limits;
  // Windows has neither FIFOs nor this flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    while (length <= maxBytes) {
      const chunk = await readChunk(file, length === 0, limits);
      if (chunk.length === 0) break;
      chunks.push(chunk);
      length += chunk.length;
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

/** The next bytes; none at the end. Before the first byte, a FIFO's end means that it has no writer yet. */
async function readChunk(
  file: FileHandle,
  isFirst: boolean,
  { signal, deadline = Number.POSITIVE_INFINITY }: ReadLimits,
): Promise<Buffer> {
  const since = performance.now();
  for (;;) {
    const chunk = await readNow(file);
    if (chunk !== undefined && (chunk.length > 0 || !isFirst || !(await file.stat()).isFIFO())) return chunk;
    if (signal?.aborted) throw new InterruptedError();
    const now = performance.now();
    if (now >= deadline) throw Object.assign(new Error('the time is up'), { code: 'ETIMEDOUT' });
    if (chunk !== undefined && now - since >= WRITER_MS)
      throw Object.assign(new Error('a FIFO without a writer'), { code: 'ENOWRITER' });
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}

/** What can be read at once; undefined where a writer has written nothing yet. */
async function readNow(file: FileHandle): Promise<Buffer | undefined> {
  try {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(256 * 1024) });
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}
