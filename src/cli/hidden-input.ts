import { InterruptedError, UsageError } from '../problems/errors.ts';
import type { World } from './context.ts';

/** A terminal whose keys reach the program one by one and are not shown. */
export interface HiddenInput {
  /** The next character; undefined at the end. Rejects with InterruptedError when the signal is aborted. */
  nextKey(): Promise<string | undefined>;
  /** Puts the terminal back as it was. */
  close(): void;
}

/**
 * Takes a terminal over until `close`. What was typed ahead is kept for the next question, and `\r\n` counts
 * as one Enter. In raw mode Ctrl-C is a key, U+0003, and no signal.
 */
export function openHiddenInput(stdin: World['stdin'], signal: AbortSignal): HiddenInput {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const keys: string[] = [];
  let outcome: { readonly error?: Error } | undefined;
  let wake = (): void => {};
  let previous = '';

  const finish = (error?: Error): void => {
    outcome ??= error ? { error } : {};
    wake();
  };
  const onData = (chunk: Buffer | string): void => {
    try {
      for (const key of decoder.decode(Buffer.from(chunk as string), { stream: true })) {
        if (!(key === '\n' && previous === '\r')) keys.push(key);
        previous = key;
      }
      wake();
    } catch {
      finish(new UsageError('the terminal sent something that is not UTF-8', 'set the terminal to UTF-8'));
    }
  };
  const onEnd = (): void => finish();
  const onAbort = (): void => finish(new InterruptedError());

  stdin.setRawMode?.(true);
  stdin.on('data', onData).on('end', onEnd).on('error', finish);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();

  return {
    nextKey: async () => {
      while (keys.length === 0 && !outcome) await new Promise<void>((resolve) => (wake = resolve));
      if (outcome?.error) throw outcome.error;
      return keys.shift();
    },
    close: () => {
      signal.removeEventListener('abort', onAbort);
      stdin.off('data', onData).off('end', onEnd).off('error', finish);
      stdin.setRawMode?.(false);
      stdin.pause();
    },
  };
}
