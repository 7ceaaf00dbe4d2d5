import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../problems/errors.ts';
import type { World } from './context.ts';

/** Beside the settings of an adopted project, whose files it is laid over. */
export const ADOPTED_FOLDER = 'pgbouncer';

/**
 * The folder of one environment: the one that `--out` names, or `stack/<environment>/` beside the settings.
 * @param usual another name for it than `stack/<environment>`
 * @throws UsageError where the settings lie in it: it is closed to other users, and its `.env` would be theirs
 */
export function stackFolder(
  environment: string,
  { config, out }: { readonly config: string; readonly out?: string },
  { cwd }: Pick<World, 'cwd'>,
  usual = join('stack', environment),
): { readonly folder: string; readonly shownFolder: string } {
  const root = dirname(resolve(cwd, config));
  const folder = out === undefined ? join(root, usual) : resolve(cwd, out);
  const wayToRoot = relative(folder, root);
  if (wayToRoot !== '..' && !wayToRoot.startsWith(`..${sep}`) && !isAbsolute(wayToRoot))
    throw new UsageError(
      `--out ${out} is the folder of the settings, or one above it`,
      'name a folder that is to hold the rendered files and nothing else',
    );
  return { folder, shownFolder: relative(cwd, folder) || '.' };
}
