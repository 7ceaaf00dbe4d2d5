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
export function askOpen(open: readonly OpenQuestion[], world: World): Promise<Partial<Said>> {
  return onTerminal(world, async (ask) => {
    const answers: Record<string, string> = {};
    for (const { flag, text, choices } of open) {
      const part = PARTS[flag];
      if (part === undefined) continue;
      const question = `${text}${choices.length === 0 ? '' : ` (${choices.join(', ')})`}: `;
      while (answers[part] === undefined) {
        const typed = (await ask(question)).trim();
        if (typed !== '' && (choices.length === 0 || choices.includes(typed))) answers[part] = typed;
      }
    }
    return answers;
  });
}

/** Asks for a yes; anything else is a no. */
export function confirm(question: string, world: World): Promise<boolean> {
  return onTerminal(world, async (ask) => /^y(?:es)?$/i.test((await ask(question)).trim()));
}

/** Questions go to stderr: stdout is for the result. */
async function onTerminal<Answer>(
  world: World,
  talk: (ask: (question: string) => Promise<string>) => Promise<Answer>,
): Promise<Answer> {
  const terminal = createInterface({ input: world.stdin, output: world.stderr });
  const leave = new AbortController();
  terminal.on('SIGINT', () => leave.abort());
  terminal.on('close', () => leave.abort());
  const signal = AbortSignal.any([leave.signal, world.signal]);
  try {
    return await talk((question) => terminal.question(question, { signal }));
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  } finally {
    terminal.close();
  }
}
