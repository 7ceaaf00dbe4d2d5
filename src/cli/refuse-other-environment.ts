import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnvironment } from '../plan/manifest.ts';
import { MANIFEST_PATH } from '../plan/plan-files.ts';
import { UsageError } from '../problems/errors.ts';

/**
 * Refuses to take the set of one environment for that of another: the folder of an adopted project has none in its name.
 * @param own whose set it is; undefined where that is not known
 * @param see the command for that one
 * @throws UsageError
 */
export function refuseOtherEnvironment(
  own: string | undefined,
  { environment, shownFolder }: { readonly environment: string; readonly shownFolder: string },
  see: (own: string) => string,
): void {
  if (own === undefined || own === environment) return;
  throw new UsageError(`${shownFolder} holds ${own}, not ${environment}`, `see ${see(own)}`);
}

/** The environment whose files lie in an output folder; undefined where none do. */
export async function findEnvironment(folder: string): Promise<string | undefined> {
  return readEnvironment(await readFile(join(folder, MANIFEST_PATH), 'utf8').catch(() => undefined));
}
