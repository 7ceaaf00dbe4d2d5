import { resolve } from 'node:path';
import { refuseLocked } from '../deploy/lock.ts';
import { rememberRendered } from '../deploy/rendered.ts';
import { applyChanges } from '../plan/apply.ts';
import { nextSteps } from '../plan/next-steps.ts';
import { writeStamp } from '../plan/stamp.ts';
import { EXIT } from '../problems/errors.ts';
import { reportOutcome } from '../report/changes.ts';
import { formatDiff, reportDiff } from '../report/diff.ts';
import { pgbouncerSettings } from '../writers/pgbouncer-ini.ts';
import type { Invocation } from './context.ts';
import { loadProject } from './load-project.ts';
import type { RenderOptions } from './render.ts';
import { stackCommand } from './stack-command.ts';

/** Settings -> files; or under `--diff` and `--check` what that would do. Gives the exit code. */
export async function renderStack({ world, options, report }: Invocation<RenderOptions>): Promise<number> {
  const since = Date.now();
  const project = await loadProject(options, world, report);
  const { stack, folder, shownFolder } = project;
  const { plan, changes } = await project.planChanges();
  const hasDrift = changes.some(({ kind }) => kind !== 'unchanged');
  const isDry = options.diff === true || options.check === true;
  if (!isDry) {
    await refuseLocked(folder, shownFolder);
    await applyChanges(changes, folder, { force: options.force === true, signal: world.signal });
    if (hasDrift) {
      const facts = { stack, settings: pgbouncerSettings(stack), configHashes: project.configHashes() };
      await rememberRendered(folder, { plan, facts });
    }
    const asked = { config: resolve(world.cwd, options.config), env: options.env };
    // Warnings are said each time, so what they are about is read each time.
    if (project.warnings.length === 0)
      await writeStamp(folder, asked, { ...project, plan }, { env: world.env, since });
  }
  const names = { project: project.compose, verify: stackCommand('verify', stack.environment, options) };
  const diff = options.diff ? formatDiff(changes) : undefined;
  if (diff !== undefined) reportDiff(diff, report);
  reportOutcome(
    {
      environment: stack.environment,
      folder: shownFolder,
      written: !isDry && hasDrift,
      isDry,
      changes,
      warnings: project.warnings,
      steps: hasDrift ? nextSteps(changes, stack, names) : [],
      ...(diff === undefined ? {} : { diff }),
    },
    report,
  );
  return options.check === true && hasDrift ? EXIT.checkFailed : EXIT.ok;
}
