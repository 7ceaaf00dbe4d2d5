import { randomBytes } from 'node:crypto';
import type { Answers } from '../init/answers.ts';
import { writeStarterSecrets, writeStarterSettings } from '../init/starter-files.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import type { Reporter } from '../report/reporter.ts';
import { checkText } from '../settings/check-text.ts';
import { schemaFile, writeStarterFolder } from './starter-folder.ts';
import { readTemplate } from './templates.ts';

/** 192 bits in letters that need quoting nowhere: not in .env, URLs, userlist.txt or a shell. */
export const createSecret = () => randomBytes(24).toString('base64url');

/** Writes what `init` writes; a file that is there already stays as it is. Gives the exit code. */
export async function createStarter(
  answers: Answers,
  folder: string,
  cwd: string,
  report: Reporter,
): Promise<number> {
  const settings = writeStarterSettings(answers, (name) => readTemplate(`init/${name}`));
  refuseBadSettings(settings);
  const files = [
    { name: 'ecar-pool.yaml', text: settings, mode: 0o644 },
    schemaFile(),
    ...answers.environments.map((environment) => ({
      name: `.env.${environment}`,
      text: writeStarterSecrets(answers, environment, createSecret),
      mode: 0o600,
    })),
  ];
  const [environment = 'dev'] = answers.environments;
  await writeStarterFolder(files, environment, { folder, cwd }, report);
  return EXIT.ok;
}

/** What to do about answers, where it is something else than about settings. */
const HINTS: Readonly<Record<string, string>> = {
  'over-budget': 'give a smaller --pool-size, or Postgres more max_connections first',
};

/** Each answer is well formed, but some names clash with others or with PgBouncer's own. */
export function refuseBadSettings(settings: string): void {
  const [problem] = checkText('ecar-pool.yaml', settings);
  if (problem === undefined) return;
  const line = problem.at?.text === undefined ? '' : `, in the line \`${problem.at.text.trim()}\``;
  throw new UsageError(
    `settings with these answers would be refused: ${problem.message}${line}`,
    problem.code === 'postgres-host' ? problem.hint : (HINTS[problem.code] ?? 'choose another name'),
  );
}
