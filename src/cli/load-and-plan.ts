import { basename, join, relative, resolve, sep } from 'node:path';
import type { Change } from '../plan/change.ts';
import { comparePlan } from '../plan/compare.ts';
import { planFiles } from '../plan/plan-files.ts';
import { formatProblem } from '../report/problems.ts';
import type { Reporter } from '../report/reporter.ts';
import { loadStack } from '../settings/load-stack.ts';
import type { Stack } from '../stack/stack.ts';
import type { World } from './context.ts';

interface Planned {
  readonly stack: Stack;
  /** The output folder, absolute. */
  readonly folder: string;
  /** The output folder as people would type it here. */
  readonly shownFolder: string;
  /** What rendering would change there now. */
  readonly changes: readonly Change[];
}

/** Settings -> Stack -> FilePlan -> Change[]: the way that `render` and `verify` share. Warnings are reported. */
export async function loadAndPlan(
  options: { readonly config: string; readonly env?: string; readonly out?: string },
  world: World,
  report: Reporter,
): Promise<Planned> {
  const { stack, warnings, root, file } = await loadStack(options, world);
  if (!report.quiet && !report.json) {
    for (const warning of warnings) report.notice(`${formatProblem(warning, report.errStyle)}\n`);
  }
  const folder =
    options.out === undefined ? join(root, 'stack', stack.environment) : resolve(world.cwd, options.out);
  const rootFromOutput = relative(folder, root).split(sep).join('/') || '.';
  const plan = await planFiles(stack, { settingsFile: basename(file), rootFromOutput });
  return {
    stack,
    folder,
    shownFolder: relative(world.cwd, folder) || '.',
    changes: await comparePlan(plan, folder),
  };
}
