import { appendFile, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { formatCommand } from '../formats/shell.ts';
import { missingIgnoreLines } from '../init/starter-files.ts';
import { createFile } from '../plan/put-file.ts';
import type { Reporter } from '../report/reporter.ts';
import { createJsonSchema } from '../settings/json-schema.ts';

export interface StarterFile {
  readonly name: string;
  readonly text: string;
  readonly mode: number;
}

/** The JSON Schema beside the settings, for editors. */
export function schemaFile(): StarterFile {
  const text = `${JSON.stringify(createJsonSchema(), null, 2)}\n`;
  return { name: 'ecar-pool.schema.json', text, mode: 0o644 };
}

/**
 * Writes what `init` writes; a file that is there already stays as it is. Says what came of each, and how to go on.
 * @param environment the one that is rendered first
 * @param more what the result under `--json` holds beside that
 */
export async function writeStarterFolder(
  files: readonly StarterFile[],
  environment: string,
  { folder, cwd }: { readonly folder: string; readonly cwd: string },
  report: Reporter,
  more: object = {},
): Promise<void> {
  const shown = (name: string) => relative(cwd, join(folder, name)) || name;
  // First of all: from here on no secret can be committed by accident.
  const outcomes = [await extendIgnoreFile(folder)];
  try {
    for (const { name, text, mode } of files)
      outcomes.push({
        name,
        outcome: (await createFile(join(folder, name), text, mode)) ? 'created' : 'kept',
      });
  } catch (error) {
    // Half of them would be of no use, and in the way of the next try.
    for (const { name, outcome } of outcomes)
      if (outcome === 'created') await rm(join(folder, name), { force: true });
    throw error;
  }
  for (const { name, outcome } of outcomes)
    report.detail(`${outcome.padEnd(9)} ${shown(name)}${outcome === 'kept' ? '  it was there already' : ''}`);
  const dir = relative(cwd, folder);
  // What starts with a dash is an option to `cd`, and a dash alone is the folder before this one.
  const goThere = dir === '' ? '' : `${formatCommand(['cd', dir.startsWith('-') ? `./${dir}` : dir])} && `;
  const render = `${goThere}${formatCommand(['ecar-pool', 'render', '--env', environment])}`;
  report.detail(`\nNext:\n  ${report.style.bold(render)}`);
  report.data({
    files: outcomes.map(({ name, outcome }) => ({ path: shown(name), outcome })),
    next: [render],
    ...more,
  });
}

async function extendIgnoreFile(folder: string): Promise<{ name: string; outcome: string }> {
  const name = '.gitignore';
  const path = join(folder, name);
  const present = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const missing = missingIgnoreLines(present ?? '');
  if (missing === '') return { name, outcome: 'kept' };
  if (present === undefined)
    return { name, outcome: (await createFile(path, missing, 0o644)) ? 'created' : 'kept' };
  await appendFile(path, missing);
  return { name, outcome: 'extended' };
}
