import { resolve } from 'node:path';
import { readStanding } from '../deploy/standing.ts';
import { readStamp } from '../plan/stamp.ts';
import { reportOutcome } from '../report/changes.ts';
import type { Invocation } from './context.ts';
import type { RenderOptions } from './render.ts';
import { stackFolder } from './stack-folder.ts';

/**
 * Reports a render that has nothing to do, where the stamp of the last one proves it: without zod and yaml
 * that takes half the time. Where an earlier one has asked for something that nobody is known to have done, that is to
 * be said again. `--check` and `--diff` always look for themselves.
 * @returns false where the render must be done
 */
export async function reportUnchanged({
  world,
  options,
  report,
}: Invocation<RenderOptions>): Promise<boolean> {
  const { config, env, out } = options;
  if (options.setComposeFile || options.unsetComposeFile) return false;
  if (options.check || options.diff || (env ?? out) === undefined) return false;
  const asked = { config: resolve(world.cwd, config), env };
  const { folder, shownFolder } = stackFolder(env ?? '', options, world);
  const stamp = await readStamp(folder, asked, world.env);
  if (stamp === undefined || (await readStanding(folder))?.needs !== undefined) return false;
  const changes = stamp.files.map((path) => ({ kind: 'unchanged' as const, path, cause: 'up to date' }));
  reportOutcome(
    {
      environment: stamp.environment,
      folder: shownFolder,
      written: false,
      isDry: false,
      changes,
      warnings: [],
      steps: [],
    },
    report,
  );
  return true;
}
