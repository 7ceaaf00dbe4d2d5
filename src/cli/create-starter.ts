import { randomBytes } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { formatCommand } from '../formats/shell.ts';
import type { Answers } from '../init/answers.ts';
import { missingIgnoreLines, writeStarterSecrets, writeStarterSettings } from '../init/starter-files.ts';
import { createFile } from '../plan/put-file.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import type { Reporter } from '../report/reporter.ts';
import { checkText } from '../settings/check-text.ts';
import { createJsonSchema } from '../settings/json-schema.ts';
import { readTemplate } from './templates.ts';

/** 192 bits in letters that need quoting nowhere: not in .env, URLs, userlist.txt or a shell. */
const createSecret = () => randomBytes(24).toString('base64url');

/** Writes what `init` writes; a file that is there already stays as it is. Gives the exit code. */
export async function createStarter(
  answers: Answers,
  folder: string,
  cwd: string,
  report: Reporter,
): Promise<number> {
  const shown = (name: string) => relative(cwd, join(folder, name)) || name;
  const settings = writeStarterSettings(answers, (name) => readTemplate(`init/${name}`));
  refuseBadSettings(settings);
  const files = [
    { name: 'ecar-pool.yaml', text: settings, mode: 0o644 },
    { name: 'ecar-pool.schema.json', text: `${JSON.stringify(createJsonSchema(), null, 2)}\n`, mode: 0o644 },
    ...answers.environments.map((environment) => ({
      name: `.env.${environment}`,
      text: writeStarterSecrets(answers, environment, createSecret),
      mode: 0o600,
    })),
  ];
  // First of all: from here on no secret can be committed by accident.
  const outcomes = [await extendIgnoreFile(folder)];
  for (const { name, text, mode } of files) {
    outcomes.push({ name, outcome: (await createFile(join(folder, name), text, mode)) ? 'created' : 'kept' });
  }
  for (const { name, outcome } of outcomes)
    report.detail(`${outcome.padEnd(9)} ${shown(name)}${outcome === 'kept' ? '  it was there already' : ''}`);
  const [environment = 'dev'] = answers.environments;
  const dir = relative(cwd, folder);
  // What starts with a dash is an option to `cd`, and a dash alone is the folder before this one.
  const goThere = dir === '' ? '' : `${formatCommand(['cd', dir.startsWith('-') ? `./${dir}` : dir])} && `;
  const render = `${goThere}${formatCommand(['ecar-pool', 'render', '--env', environment])}`;
  report.detail(`\nNext:\n  ${report.style.bold(render)}`);
  report.data({
    files: outcomes.map(({ name, outcome }) => ({ path: shown(name), outcome })),
    next: [render],
  });
  return EXIT.ok;
}

/** Each answer is well formed, but some names clash with others or with PgBouncer's own. */
export function refuseBadSettings(settings: string): void {
  const [problem] = checkText('ecar-pool.yaml', settings);
  if (problem === undefined) return;
  const line = problem.at?.text === undefined ? '' : `, in the line \`${problem.at.text.trim()}\``;
  throw new UsageError(
    `settings with these answers would be refused: ${problem.message}${line}`,
    problem.code === 'postgres-host' ? problem.hint : 'choose another name',
  );
}

/** Adds the lines that keep secrets out of version control, where they are missing. */
export async function extendIgnoreFile(
  folder: string,
  ignored?: readonly string[],
): Promise<{ name: string; outcome: string }> {
  const name = '.gitignore';
  const path = join(folder, name);
  const present = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const missing = missingIgnoreLines(present ?? '', ignored);
  if (missing === '') return { name, outcome: 'kept' };
  if (present === undefined)
    return { name, outcome: (await createFile(path, missing, 0o644)) ? 'created' : 'kept' };
  await appendFile(path, missing);
  return { name, outcome: 'extended' };
}
