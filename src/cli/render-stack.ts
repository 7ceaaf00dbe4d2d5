import { resolve } from 'node:path';
import { readUnfinished } from '../deploy/journal.ts';
import { refuseLocked } from '../deploy/lock.ts';
import { rememberRendered } from '../deploy/rendered.ts';
import { dateRemembered, type NotedStanding, noteStanding, readStanding } from '../deploy/standing.ts';
import { applyChanges } from '../plan/apply.ts';
import { carryOver, findNeeds, isIdle, mergeNeeds, type Needs } from '../plan/needs.ts';
import { nextSteps } from '../plan/next-steps.ts';
import { writeStamp } from '../plan/stamp.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import { reportOutcome } from '../report/changes.ts';
import { formatDiff, reportDiff } from '../report/diff.ts';
import { type ComposeProject, leaveAsleep } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import type { Invocation } from './context.ts';
import { loadProject } from './load-project.ts';
import { findProfilesOff } from './profiles-off.ts';
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
  refuseComposeFile(stack, options);
  const standing = await readStanding(folder);
  const fresh = findNeeds(changes, stack);
  const needs = standing?.needs === undefined ? fresh : mergeNeeds(carryOver(standing.needs, plan), fresh);
  if (!isDry) {
    await refuseLocked(folder, shownFolder);
    const unfinished = await readUnfinished(folder);
    if (unfinished !== undefined) {
      const { command, began } = unfinished.journal;
      const next = stackCommand('deploy', stack.environment, options);
      report.notice(`the ${command} of ${began} was not finished; ${next} goes on from there`);
    }
    const apply = () =>
      applyChanges(changes, folder, { force: options.force === true, signal: world.signal });
    await (hasDrift ? noting(standing, { needs, fresh }, folder, apply) : apply());
    if (hasDrift) await rememberRendered(folder, { plan, facts: project.facts() });
    const asked = { config: resolve(world.cwd, options.config), env: options.env };
    // Warnings are said each time, so what they are about is read each time.
    if (project.warnings.length === 0 && project.sources.isWhole)
      await writeStamp(folder, asked, { ...project, plan }, { env: world.env, since });
  }
  const { services, why } = await findProfilesOff(stack, project.root, world);
  const compose = isDry ? project.compose : await persist(project, options, world.env);
  const names = {
    project: leaveAsleep(compose, new Set(services)),
    verify: stackCommand('verify', stack.environment, options),
  };
  const steps = hasDrift || !isDry ? nextSteps(needs, stack, names) : [];
  const isLeaving = services.length > 0 && steps.some(({ touchesServices }) => touchesServices);
  const deploy = stackCommand('deploy', stack.environment, options);
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
      steps,
      ...(isLeaving ? { leave: { services, why, deploy } } : {}),
      ...(diff === undefined ? {} : { diff }),
    },
    report,
  );
  return options.check === true && hasDrift ? EXIT.checkFailed : EXIT.ok;
}

/**
 * Has it on record, where something is known to run, what is to be done before what is rendered does: first, since a
 * render that is killed half-way must not be forgotten, either.
 */
async function noting(
  standing: NotedStanding | undefined,
  { needs, fresh }: { readonly needs: Needs; readonly fresh: Needs },
  folder: string,
  render: () => Promise<unknown>,
): Promise<void> {
  if (standing !== undefined) {
    const rememberedSince = dateRemembered(standing, needs.remembered, fresh.remembered);
    await noteStanding(folder, isIdle(needs) ? {} : { needs, rememberedSince });
  }
  try {
    await render();
  } catch (error) {
    if (standing !== undefined) await noteStanding(folder, standing);
    throw error;
  }
}

function refuseComposeFile({ adopted }: Stack, { setComposeFile, unsetComposeFile }: RenderOptions): void {
  if (setComposeFile && unsetComposeFile)
    throw new UsageError(
      '--set-compose-file and --unset-compose-file exclude each other',
      'give one of them',
    );
  if ((setComposeFile || unsetComposeFile) && adopted === undefined)
    throw new UsageError(
      'COMPOSE_FILE is for an adopted project, and the settings have no `compose`',
      'leave the option out: the rendered docker-compose.yml is the whole stack',
    );
}

/** Sets or takes back COMPOSE_FILE where that was asked for; gives how Compose is called from then on. */
async function persist(
  {
    root,
    stack,
    compose,
  }: { readonly root: string; readonly stack: Stack; readonly compose: ComposeProject },
  { setComposeFile, unsetComposeFile }: RenderOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ComposeProject> {
  if (stack.adopted === undefined || !(setComposeFile || unsetComposeFile)) return compose;
  const edit = await import('./set-compose-file.ts');
  await edit.setComposeFile(root, stack.adopted, setComposeFile === true, env);
  return { ...compose, isSelfFound: setComposeFile === true && compose.directory === '.' };
}
