import { createInterface } from 'node:readline/promises';
import { InterruptedError, UsageError } from '../problems/errors.ts';
import type { World } from './context.ts';

/**
 * Asks on the terminal whether to go on; Enter means no.
 * @throws UsageError where nobody can be asked, InterruptedError on Ctrl-C or when the input ends
 */
export async function confirm(question: string, { stdin, stderr, signal }: World, json: boolean) {
  if (json || !stdin.isTTY || !stderr.isTTY)
    throw new UsageError(
      'nobody can be asked whether to go on',
      'run it with --yes, or see what it would do with --dry-run',
    );
  const terminal = createInterface({ input: stdin, output: stderr });
  const leave = new AbortController();
  terminal.on('SIGINT', () => leave.abort());
  terminal.on('close', () => leave.abort());
  const either = AbortSignal.any([leave.signal, signal]);
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N]: `, { signal: either })).trim());
  } catch (error) {
    if (either.aborted) throw new InterruptedError();
    throw error;
  } finally {
    terminal.close();
  }
}
