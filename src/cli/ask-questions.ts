import { createInterface } from 'node:readline/promises';
import type { Answers } from '../init/answers.ts';
import { isAsked, QUESTIONS } from '../init/questions.ts';
import { InterruptedError } from '../problems/errors.ts';
import type { World } from './context.ts';

/**
 * Asks what `init` needs to know on a terminal; Enter takes the default in brackets. The questions go to
 * stderr: stdout is for the result.
 * @param given keys that the command line has answered already
 * @throws InterruptedError on Ctrl-C or when the input ends
 */
export async function askQuestions(
  defaults: Answers,
  given: ReadonlySet<string>,
  world: World,
): Promise<Answers> {
  const terminal = createInterface({ input: world.stdin, output: world.stderr });
  const leave = new AbortController();
  terminal.on('SIGINT', () => leave.abort());
  terminal.on('close', () => leave.abort());
  const signal = AbortSignal.any([leave.signal, world.signal]);
  let answers = defaults;
  try {
    for (const question of QUESTIONS.filter((each) => isAsked(each) && !given.has(each.key))) {
      for (let settled = false; !settled; ) {
        const typed = await terminal.question(`${question.text} [${question.show(answers)}]: `, { signal });
        const taken = question.take(typed.trim() === '' ? question.show(answers) : typed.trim(), answers);
        if (typeof taken === 'string') world.stderr.write(`  It ${taken}.\n`);
        else
          [answers, settled] = [
            given.has('authType') ? { ...taken, authType: answers.authType } : taken,
            true,
          ];
      }
      // A new project name renames the defaults that follow from it.
      if (question.key === 'name') answers = { ...answers, ...renamed(answers, defaults, given) };
    }
    return answers;
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  } finally {
    terminal.close();
  }
}

function renamed(answers: Answers, defaults: Answers, given: ReadonlySet<string>): Partial<Answers> {
  if (answers.name === defaults.name) return {};
  const word = answers.name.replaceAll('-', '_');
  return {
    ...(given.has('database') ? {} : { database: `${word}_db` }),
    ...(given.has('user') ? {} : { user: `${word}_user` }),
  };
}
