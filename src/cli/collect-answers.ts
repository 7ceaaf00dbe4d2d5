import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Answers, defaultAnswers } from '../init/answers.ts';
import { QUESTIONS } from '../init/questions.ts';
import { UsageError } from '../problems/errors.ts';

/** Folders that are looked into for an application to build: the guide's `backend`, then the folder itself. */
const APP_FOLDERS = ['backend', '.'];

/**
 * The answers that the command line and the folder give.
 * @returns them, and the keys that the command line gave
 * @throws UsageError for a value that will not do
 */
export function collectAnswers(
  options: Partial<Record<keyof Answers, unknown>>,
  folder: string,
): { answers: Answers; given: ReadonlySet<string> } {
  const isDjango = (name: string) =>
    ['Dockerfile', 'manage.py'].every((file) => existsSync(join(folder, name, file)));
  const build = APP_FOLDERS.find(isDjango);
  let answers = defaultAnswers(
    String(options.name ?? basename(folder)),
    build === undefined || build === '.' ? build : `./${build}`,
  );
  const given = new Set<string>();
  for (const question of QUESTIONS) {
    const value = options[question.key];
    if (value === undefined) continue;
    const taken = question.take(String(value), answers);
    if (typeof taken === 'string') {
      throw new UsageError(
        `${question.flag} ${taken}, got ${JSON.stringify(value)}`,
        'see `ecar-pool init --help`',
      );
    }
    answers = taken;
    given.add(question.key);
  }
  return { answers, given };
}
