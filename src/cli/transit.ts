import { keepProved } from '../deploy/history.ts';
import { outwait } from '../deploy/journal.ts';
import { takeLock } from '../deploy/lock.ts';
import { refuseObstacles } from '../deploy/obstacles.ts';
import { lookAhead } from '../deploy/outlook.ts';
import { noteProved } from '../deploy/proved.ts';
import type { KnownSet } from '../deploy/stack-set.ts';
import { readVersions } from '../docker/versions.ts';
import { comparePlan } from '../plan/compare.ts';
import { isIdle, mergeNeeds, type Needs, needAll, withoutByHand } from '../plan/needs.ts';
import type { NextStep } from '../plan/next-step.ts';
import { orderSteps } from '../plan/next-steps.ts';
import { EXIT } from '../problems/errors.ts';
import { formatFailures } from '../report/checks.ts';
import { createTasks } from '../report/tasks.ts';
import { reportIdle, reportPlan, reportPlanned } from '../report/transit.ts';
import { type ComposeProject, leaveAsleep } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { hasPassed } from '../verify/verify.ts';
import { reachesPostgres } from './back-up-first.ts';
import { carryThrough } from './carry-through.ts';
import { confirm } from './confirm.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { chooseBefore, findDoubt, proveBefore, refuseBroken } from './prove-before.ts';
import { refuseUnfinishedRotation } from './refuse-unfinished-rotation.ts';
import { stackCommand } from './stack-command.ts';
import { createWorkshop } from './workshop.ts';

/** A stack that is to run another set of files. */
export interface Transit {
  readonly command: 'deploy' | 'rollback' | 'rotate';
  readonly environment: string;
  /** The output folder, absolute. */
  readonly folder: string;
  /** The output folder as people would type it. */
  readonly shownFolder: string;
  /** The set that is to run, and when it did before; asked for once nobody else works on the stack. */
  choose(): Promise<Choice>;
}

export interface Choice {
  readonly set: KnownSet;
  readonly time: string | undefined;
  /** Where the set differs in one password only, which is to lie where the settings take it from. */
  readonly rotation?: Rotation;
}

/** What a new password takes beside what any deploy does. */
export interface Rotation {
  /** What is written where, for people. */
  readonly secret: string;
  /** What the new password does not reach, or not at once, for people. */
  readonly left: readonly string[];
  /** The steps of a deploy, changed so that nobody is locked out: to the new password, or back to the old one. */
  steps(steps: readonly NextStep[], project: ComposeProject, isBack: boolean): readonly NextStep[];
  /** Has the settings take the new password; they may do so before. */
  write(): Promise<void>;
  /** Has the settings take again what ran before. */
  restore(): Promise<void>;
}

/** Plans, asks, does it and reports; one at a time. Gives the exit code. */
export async function transit(job: Transit, invocation: Invocation<DeployOptions>): Promise<number> {
  const { world, options, report } = invocation;
  if (options.dryRun) return carryOut(job, invocation);
  const lock = await takeLock(job.folder, job.command, job.shownFolder);
  const again = stackCommand(job.command === 'rollback' ? 'rollback' : 'deploy', job.environment, options);
  const verify = stackCommand('verify', job.environment, options);
  const leave = world.stay(
    `ended half-way: what runs may be in part as it was, in part as it was to be; ${verify} tells what works, ${again} goes on from there`,
  );
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
  const { environment, folder, shownFolder } = job;
  const choice = await job.choose();
  const { set: target, time, rotation } = choice;
  const { stack } = target.facts;
  const changes = await comparePlan(target.plan, folder);
  const workshop = createWorkshop(job, target, invocation);
  await readVersions(workshop.docker(), stack);
  const place = { folder, compose: workshop.composeOf(stack) };
  const outlook = await lookAhead(workshop.docker(), place, target, changes);
  const { unfinished, edited } = outlook;
  workshop.learn(outlook.before);
  const show = createTasks(report, (text) => world.stderr.write(text));
  if (job.command === 'deploy')
    refuseUnfinishedRotation(outlook, stack, (name) => stackCommand('rotate', environment, options, name));
  if (unfinished !== undefined)
    report.notice(
      `the ${unfinished.command} of ${unfinished.began} was not finished (it was at: ${unfinished.step}); this one goes on from there`,
    );

  const unproved = rotation === undefined ? outlook : { ...outlook, isProved: false };
  let proof = await proveBefore(unproved, workshop, show, invocation);
  const isBroken = proof !== undefined && !hasPassed(proof);
  if (isBroken && rotation !== undefined) refuseBroken(proof, job, invocation);
  const before = chooseBefore(outlook, proof);
  workshop.learn(before);
  if (proof !== undefined && !isBroken && !options.dryRun && before !== undefined && !outlook.isProved)
    await keepProved(folder, before);

  const verify = stackCommand('verify', environment, options);
  const awakeOf = (one: Stack) => ({
    ...leaveAsleep(workshop.composeOf(one), outlook.asleep),
    scales: outlook.scales,
  });
  const { done, again } = outlook.ended;
  const order = (needs: Needs, one: Stack, isBack: boolean) => {
    const project = leaveAsleep(awakeOf(one), done);
    const released = needs.released.filter((name) => !outlook.asleep.has(name) && !done.has(name));
    const ordered = orderSteps({ ...needs, released }, one, { project, verify });
    return rotation?.steps(ordered, project, isBack) ?? ordered;
  };
  const isNamed = (name: string) => stack.adopted?.services.some((own) => own.name === name);
  const asleep = [...outlook.asleep].filter(isNamed);
  const ended = { done: [...done].filter(isNamed), again: [...again] };
  const secret = rotation?.secret;
  const left = rotation?.left ?? [];
  const planFor = (needs: Needs) => {
    const steps = order(needs, stack, false);
    const isBackedUp = options.backup && reachesPostgres(steps, before, target);
    return {
      environment,
      folder: shownFolder,
      changes,
      edited,
      steps,
      isBackedUp,
      asleep,
      ended,
      secret,
      left,
    };
  };
  const doubt = findDoubt(outlook, proof);
  // Services that never came to the pool do not miss it on its old port.
  const found = { ...outlook.needs, moves: outlook.needs.moves && before !== undefined };
  let needs = doubt === undefined ? found : mergeNeeds(found, needAll(doubt));
  if (isIdle(withoutByHand(needs, stack)) && changes.every(({ kind }) => kind === 'unchanged')) {
    proof ??= await show('verify', () => workshop.verify(target, Date.now(), world.signal), hasPassed);
    if (hasPassed(proof)) {
      if (!options.dryRun) await noteProved(folder, { by: job.command, time });
      reportIdle(planFor(needs), proof, report);
      return EXIT.ok;
    }
    for (const line of formatFailures(proof, report.errStyle)) report.notice(line);
    needs = mergeNeeds(needs, needAll('the checks that fail'));
  }

  const plan = planFor(needs);
  reportPlan(plan, report);
  if (before?.facts !== undefined && rotation === undefined && unfinished === undefined)
    await refuseObstacles(workshop.docker(), before.facts.stack, stack, job.command === 'rollback');
  if (options.dryRun) {
    reportPlanned(plan, report);
    return EXIT.ok;
  }
  if (!options.yes && !(await confirm('Go ahead?', world, report.json))) {
    report.notice('nothing was done');
    return EXIT.ok;
  }
  if (unfinished !== undefined)
    await outwait(unfinished, world.signal, () => report.progress('waiting for the command that still runs'));
  const isResumed = unfinished !== undefined;
  const compose = awakeOf(stack);
  const course = { choice, before, changes, doubt, isResumed, workshop, show, order, compose };
  return carryThrough(job, course, plan, invocation);
}
