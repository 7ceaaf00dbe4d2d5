import { keepProved, readTrail } from '../deploy/history.ts';
import { outwait } from '../deploy/journal.ts';
import { takeLock } from '../deploy/lock.ts';
import { lookAhead } from '../deploy/outlook.ts';
import type { KnownSet } from '../deploy/stack-set.ts';
import { bringAbout, type Ending, type Hands } from '../deploy/transition.ts';
import { readVersions } from '../docker/versions.ts';
import { comparePlan } from '../plan/compare.ts';
import { findNeeds, isIdle, mergeNeeds, type Needs, needAll } from '../plan/needs.ts';
import { orderSteps } from '../plan/next-steps.ts';
import { EXIT, InterruptedError } from '../problems/errors.ts';
import { formatFailures } from '../report/checks.ts';
import { createTasks } from '../report/tasks.ts';
import { reportEnding, reportIdle, reportPlan, reportPlanned } from '../report/transit.ts';
import { hasPassed, type Verdict } from '../verify/verify.ts';
import { backUpFirst, reachesPostgres } from './back-up-first.ts';
import { confirm } from './confirm.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { stackCommand } from './stack-command.ts';
import { createWorkshop } from './workshop.ts';

/** A stack that is to run another set of files. */
export interface Transit {
  readonly command: 'deploy' | 'rollback';
  readonly environment: string;
  /** The output folder, absolute. */
  readonly folder: string;
  /** The output folder as people would type it. */
  readonly shownFolder: string;
  /** The set that is to run, and when it did before; asked for once nobody else works on the stack. */
  choose(): Promise<{ readonly set: KnownSet; readonly time: string | undefined }>;
}

/** Plans, asks, does it and reports; one at a time. Gives the exit code. */
export async function transit(job: Transit, invocation: Invocation<DeployOptions>): Promise<number> {
  const { world, options, report } = invocation;
  if (options.dryRun) return carryOut(job, invocation);
  const lock = await takeLock(job.folder, job.command, job.shownFolder);
  const leave = world.stay();
  try {
    if (lock.abandoned !== undefined) report.notice(`took over from ${lock.abandoned}, which has died`);
    return await carryOut(job, invocation);
  } finally {
    await lock.release();
    leave();
  }
}

async function carryOut(job: Transit, invocation: Invocation<DeployOptions>): Promise<number> {
  const { world, options, report } = invocation;
  const { command, environment, folder, shownFolder } = job;
  const { set: target, time } = await job.choose();
  const changes = await comparePlan(target.plan, folder);
  const workshop = createWorkshop(job, target, invocation);
  await readVersions(workshop.docker());
  const outlook = await lookAhead(
    workshop.docker(),
    { folder, compose: workshop.composeOf(target.facts.stack) },
    target,
    changes,
  );
  const { before, unfinished } = outlook;
  const isResumed = unfinished !== undefined;
  if (isResumed)
    report.notice(
      `the ${unfinished.command} of ${unfinished.began} was not finished (it was at: ${unfinished.step}); this one goes on from there`,
    );
  workshop.learn(before);
  const show = createTasks(report, (text) => world.stderr.write(text));
  let { needs } = outlook;
  let isProved = outlook.isProved;
  let proof: Verdict | undefined;
  if (before?.facts !== undefined && !isProved && !isResumed) {
    const known = { plan: before.plan, facts: before.facts };
    proof = await show('verify what runs now', () => workshop.verify(known, world.signal));
    isProved = hasPassed(proof);
    if (isProved && !options.dryRun) await keepProved(folder, known);
  }
  const doubt = isResumed
    ? 'what was not finished'
    : before !== undefined && !isProved
      ? 'what runs not being known to be what its files say'
      : undefined;
  if (doubt !== undefined) needs = mergeNeeds(needs, needAll(doubt));

  const stepsFor = (wanted: Needs) =>
    orderSteps(wanted, target.facts.stack, workshop.composeOf(target.facts.stack));
  const planFor = (wanted: Needs) => {
    const steps = stepsFor(wanted);
    const isBackedUp = options.backup && reachesPostgres(steps, before, target);
    return { environment, folder: shownFolder, changes, steps, isBackedUp };
  };
  const isWritten = changes.every(({ kind }) => kind === 'unchanged');
  if (isIdle(needs) && isWritten) {
    proof ??= await show('verify', () => workshop.verify(target, world.signal));
    if (hasPassed(proof) || options.dryRun) {
      reportIdle(planFor(needs), proof, report);
      return hasPassed(proof) ? EXIT.ok : EXIT.checkFailed;
    }
    for (const line of formatFailures(proof, report.errStyle)) report.notice(line);
    needs = needAll('the checks that fail');
  }

  const plan = planFor(needs);
  reportPlan(plan, report);
  if (options.dryRun) {
    reportPlanned(plan, report);
    return EXIT.ok;
  }
  if (!options.yes && !(await confirm('Go ahead?', world, report.json))) {
    report.notice('nothing was done');
    return EXIT.ok;
  }
  if (world.signal.aborted) throw new InterruptedError();
  if (isResumed)
    await outwait(unfinished, world.signal, () => report.progress('waiting for the command that still runs'));
  const dumps =
    plan.isBackedUp && before !== undefined
      ? await show('back up', () => backUpFirst(workshop, before, target, invocation))
      : [];
  const hands: Hands = {
    signal: world.signal,
    run: (step, onStart) => workshop.run(step, onStart),
    verify: (set, isUndoing) => workshop.verify(set, isUndoing ? undefined : world.signal),
    stepsBack(set, back) {
      const stack = set.facts?.stack ?? target.facts.stack;
      const found = { ...findNeeds(back, stack), start: false };
      return orderSteps(
        doubt === undefined ? found : mergeNeeds(found, needAll(doubt)),
        stack,
        workshop.composeOf(stack),
      );
    },
    show,
    tell: report.progress,
  };
  const onSignal = () =>
    report.notice('ending the step at work, then rolling back; once more to stop at once');
  world.signal.addEventListener('abort', onSignal);
  const ending = await bringAbout(
    { command, folder, target, time, before, changes, steps: plan.steps, isResumed },
    hands,
  ).finally(() => world.signal.removeEventListener('abort', onSignal));
  const canGoBack = (await readTrail(folder)).length > 1;
  const commands = {
    deploy: stackCommand('deploy', environment, options),
    rollback: canGoBack ? stackCommand('rollback', environment, options) : undefined,
  };
  reportEnding(plan, ending, { command, commands, dumps }, report);
  return exitCodeOf(ending);
}

function exitCodeOf(ending: Ending): number {
  if (ending.kind === 'done') return EXIT.ok;
  return ending.failure.error?.exitCode ?? EXIT.checkFailed;
}
