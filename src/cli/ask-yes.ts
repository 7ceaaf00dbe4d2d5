import { createInterface } from 'node:readline/promises';
import { InterruptedError } from '../problems/errors.ts';
import { printable } from '../report/printable.ts';
import type { World } from './context.ts';

/**
 * Asks a question on the terminal that only `y` or `yes` answers with yes; Enter means no.
 * @throws InterruptedError on Ctrl-C or when the input ends
 */
export async function askYes(question: string, { stdin, stderr, signal }: World): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  const leave = new AbortController();
  terminal.on('SIGINT', () => leave.abort());
  terminal.on('close', () => leave.abort());
  try {
    const left = AbortSignal.any([leave.signal, signal]);
    const typed = await terminal.question(`${printable(question)} [y/N] `, { signal: left });
    return /^y(es)?$/i.test(typed.trim());
  } catch (error) {
    if (leave.signal.aborted || signal.aborted) throw new InterruptedError();
    throw error;
  } finally {
    terminal.close();
  }
}
