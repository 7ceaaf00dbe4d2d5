import { basename, relative, sep } from 'node:path';
import type { Change } from '../plan/change.ts';
import { comparePlan } from '../plan/compare.ts';
import type { FilePlan } from '../plan/file-plan.ts';
import { planFiles } from '../plan/plan-files.ts';
import { formatProblem } from '../report/problems.ts';
import type { Reporter } from '../report/reporter.ts';
import { loadStack } from '../settings/load-stack.ts';
import type { Sources } from '../stack/sources.ts';
import type { Stack } from '../stack/stack.ts';
import type { World } from './context.ts';
import { stackFolder } from './stack-folder.ts';
import { readTemplate } from './templates.ts';

interface Project {
  readonly stack: Stack;
  readonly environment: string;
  readonly sources: Sources;
  readonly hasWarnings: boolean;
  /** The output folder, absolute. */
  readonly folder: string;
  /** The output folder as people would type it here. */
  readonly shownFolder: string;
  /** The files as they should be, and what rendering would change there now. */
  planChanges(): Promise<{ readonly plan: FilePlan; readonly changes: readonly Change[] }>;
}

/** Settings -> Stack -> FilePlan -> Change[]: the way that `render` and `verify` share. Warnings are reported. */
export async function loadProject(
  options: { readonly config: string; readonly env?: string; readonly out?: string },
  world: World,
  report: Reporter,
): Promise<Project> {
  const { stack, warnings, sources, root, file } = await loadStack(options, world);
  if (!report.quiet && !report.json) {
    for (const warning of warnings) report.notice(`${formatProblem(warning, report.errStyle)}\n`);
  }
  const { environment } = stack;
  const { folder, shownFolder } = stackFolder(environment, options, world);
  const rootFromOutput = relative(folder, root).split(sep).join('/') || '.';
  return {
    stack,
    environment,
    sources,
    hasWarnings: warnings.length > 0,
    folder,
    shownFolder,
    async planChanges() {
      const plan = await planFiles(stack, {
        settingsFile: basename(file),
        rootFromOutput,
        template: readTemplate,
      });
      return { plan, changes: await comparePlan(plan, folder) };
    },
  };
}
