import { existsSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import type { SetFacts } from '../deploy/stack-set.ts';
import type { Change } from '../plan/change.ts';
import { comparePlan } from '../plan/compare.ts';
import type { FilePlan } from '../plan/file-plan.ts';
import { planFiles } from '../plan/plan-files.ts';
import type { Problem } from '../problems/problem.ts';
import { printable } from '../report/printable.ts';
import type { Reporter } from '../report/reporter.ts';
import { reportWarnings } from '../report/warnings.ts';
import { loadStack } from '../settings/load-stack.ts';
import type { Settings } from '../settings/schema.ts';
import type { GivenSecret } from '../settings/secrets.ts';
import type { Tree } from '../settings/tree.ts';
import { type ComposeProject, composeFileOf } from '../stack/compose-project.ts';
import type { Sources } from '../stack/sources.ts';
import type { Stack } from '../stack/stack.ts';
import { configHashes } from '../writers/compose/compose-file.ts';
import { pgbouncerSettings } from '../writers/pgbouncer-ini.ts';
import { composeOf } from './compose-of.ts';
import type { World } from './context.ts';
import { ADOPTED_FOLDER, stackFolder } from './stack-folder.ts';
import { readTemplate } from './templates.ts';

export interface Project {
  readonly stack: Stack;
  /** The checked settings. */
  readonly settings: Settings;
  readonly environment: string;
  /** The folder of the settings, absolute. */
  readonly root: string;
  readonly tree: Tree;
  readonly sources: Sources;
  readonly warnings: readonly Problem[];
  /** The output folder, absolute. */
  readonly folder: string;
  /** The output folder as people would type it here. */
  readonly shownFolder: string;
  /** How Compose is called for it here. */
  readonly compose: ComposeProject;
  /** Whether its Compose file is on the disk. */
  readonly isRendered: boolean;
  /** What the files are rendered from, as far as it takes to verify them. */
  facts(): SetFacts;
  /** The files as they should be, and what rendering would change there now. */
  planChanges(): Promise<{ readonly plan: FilePlan; readonly changes: readonly Change[] }>;
}

/**
 * Settings -> Stack -> FilePlan -> Change[]: the way that `render` and `verify` share.
 * @param report where warnings go; nowhere where it is left out
 */
export async function loadProject(
  options: { readonly config: string; readonly env?: string; readonly out?: string },
  world: Pick<World, 'cwd' | 'env' | 'signal'> & {
    readonly deadline?: number;
    readonly given?: GivenSecret | undefined;
  },
  report?: Reporter,
): Promise<Project> {
  const { stack, settings, tree, warnings, sources, root, file } = await loadStack(options, {
    ...world,
    onWait: report?.progress,
  });
  if (report !== undefined) reportWarnings(warnings, report);
  const { environment } = stack;
  const { folder, shownFolder } = stackFolder(environment, options, world, stack.adopted && ADOPTED_FOLDER);
  const way = (from: string, to: string) => relative(from, to).split(sep).join('/') || '.';
  const ways = { rootFromOutput: way(folder, root), outputFromRoot: way(root, folder) };
  return {
    stack,
    settings,
    environment,
    root,
    tree,
    sources,
    warnings,
    folder,
    shownFolder,
    compose: composeOf(stack, { cwd: world.cwd, config: options.config }, shownFolder),
    isRendered: existsSync(join(stack.adopted ? root : folder, composeFileOf(stack))),
    facts: () => ({
      stack,
      settings: pgbouncerSettings(stack),
      configHashes: configHashes({ stack, ...ways }),
    }),
    async planChanges() {
      const plan = await planFiles(stack, {
        settingsFile: printable(basename(file)),
        ...ways,
        template: readTemplate,
      });
      return { plan, changes: await comparePlan(plan, folder) };
    },
  };
}
