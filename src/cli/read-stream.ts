import { InterruptedError } from '../problems/errors.ts';

/** Reads a stream to its end. Rejects with InterruptedError when `signal` is aborted first. */
export async function readStream(stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise<Buffer>((resolve, reject) => {
    const onData = (chunk: Buffer | string): void => void chunks.push(Buffer.from(chunk as string));
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks)));
    const onError = (error: Error): void => settle(() => reject(error));
    const onAbort = (): void => settle(() => reject(new InterruptedError()));
    const settle = (outcome: () => void): void => {
      stream.off('data', onData).off('end', onEnd).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      // A stream left flowing keeps the process alive.
      stream.pause();
      outcome();
    };
    signal.addEventListener('abort', onAbort);
    stream.on('data', onData).on('end', onEnd).on('error', onError);
    if (signal.aborted) onAbort();
  });
}
