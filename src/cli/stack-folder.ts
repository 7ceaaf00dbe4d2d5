import { dirname, join, relative, resolve } from 'node:path';
import type { World } from './context.ts';

/** The folder of one environment: the one that `--out` names, or `stack/<environment>/` beside the settings. */
export function stackFolder(
  environment: string,
  { config, out }: { readonly config: string; readonly out?: string },
  { cwd }: Pick<World, 'cwd'>,
): { readonly folder: string; readonly shownFolder: string } {
  const root = dirname(resolve(cwd, config));
  const folder = out === undefined ? join(root, 'stack', environment) : resolve(cwd, out);
  return { folder, shownFolder: relative(cwd, folder) || '.' };
}
