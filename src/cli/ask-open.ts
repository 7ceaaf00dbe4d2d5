import { createInterface } from 'node:readline/promises';
import type { OpenQuestion, Said } from '../adopt/adoption.ts';
import { InterruptedError } from '../problems/errors.ts';
import type { World } from './context.ts';

/** Which part of what is said a question's option gives. */
const PARTS: Readonly<Record<string, keyof Said>> = {
  '--postgres-service NAME': 'service',
  '--postgres-host HOST:PORT': 'host',
  '--password-env NAME': 'passwordEnv',
};

/**
 * Asks on a terminal for what a project leaves open, each until it is answered.
 * @throws InterruptedError on Ctrl-C or when the input ends
 */
export async function askOpen(open: readonly OpenQuestion[], world: World): Promise<Partial<Said>> {
  const terminal = createInterface({ input: world.stdin, output: world.stderr });
  const leave = new AbortController();
  terminal.on('SIGINT', () => leave.abort());
  terminal.on('close', () => leave.abort());
  const signal = AbortSignal.any([leave.signal, world.signal]);
  const answers: Record<string, string> = {};
  try {
    for (const { flag, text, choices } of open) {
      const part = PARTS[flag];
      if (part === undefined) continue;
      const question = `${text}${choices.length === 0 ? '' : ` (${choices.join(', ')})`}: `;
      while (answers[part] === undefined) {
        const typed = (await terminal.question(question, { signal })).trim();
        if (typed !== '' && (choices.length === 0 || choices.includes(typed))) answers[part] = typed;
      }
    }
    return answers;
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  } finally {
    terminal.close();
  }
}
