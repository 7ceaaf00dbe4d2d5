import { listChangedPasswords } from '../deploy/changed-passwords.ts';
import { keepProved, readTrail } from '../deploy/history.ts';
import { outwait } from '../deploy/journal.ts';
import { takeLock } from '../deploy/lock.ts';
import { lookAhead, type Outlook } from '../deploy/outlook.ts';
import type { KnownSet } from '../deploy/stack-set.ts';
import { bringAbout, type Ending, type Hands, noteProved } from '../deploy/transition.ts';
import { readVersions } from '../docker/versions.ts';
import { upServicesCommand, withoutPoolCommand } from '../plan/commands.ts';
import { comparePlan } from '../plan/compare.ts';
import { findNeeds, isIdle, mergeNeeds, type Needs, needAll } from '../plan/needs.ts';
import type { NextStep } from '../plan/next-step.ts';
import { orderSteps } from '../plan/next-steps.ts';
import { EXIT, ExpectedError, RefusedError } from '../problems/errors.ts';
import { formatFailures } from '../report/checks.ts';
import { createTasks } from '../report/tasks.ts';
import {
  type Commands,
  explainFailure,
  reportEnding,
  reportIdle,
  reportPlan,
  reportPlanned,
} from '../report/transit.ts';
import { type ComposeProject, leaveAsleep } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { hasPassed, type Verdict } from '../verify/verify.ts';
import { backUpFirst, reachesPostgres } from './back-up-first.ts';
import { confirm } from './confirm.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { stackCommand } from './stack-command.ts';
import { createWorkshop, type Workshop } from './workshop.ts';

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

interface Choice {
  readonly set: KnownSet;
  readonly time: string | undefined;
  /** Where the set differs in one password only, which is to lie where the settings take it from. */
  readonly rotation?: Rotation;
}

/** What a new password takes beside what any deploy does. */
export interface Rotation {
  /** What is written where, for people. */
  readonly secret: string;
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
  const { environment, folder, shownFolder } = job;
  const { set: target, time, rotation } = await job.choose();
  const changes = await comparePlan(target.plan, folder);
  const workshop = createWorkshop(job, target, invocation);
  await readVersions(workshop.docker(), target.facts.stack);
  const place = { folder, compose: workshop.composeOf(target.facts.stack) };
  const outlook = await lookAhead(workshop.docker(), place, target, changes);
  const awakeOf = (stack: Stack) => leaveAsleep(workshop.composeOf(stack), outlook.asleep);
  const compose = awakeOf(target.facts.stack);
  const verify = stackCommand('verify', environment, options);
  const { unfinished } = outlook;
  workshop.learn(outlook.before);
  const show = createTasks(report, (text) => world.stderr.write(text));
  if (unfinished !== undefined)
    report.notice(
      `the ${unfinished.command} of ${unfinished.began} was not finished (it was at: ${unfinished.step}); this one goes on from there`,
    );

  let proof = await proveBefore(
    rotation === undefined ? outlook : { ...outlook, isProved: false },
    workshop,
    show,
    invocation,
  );
  const isBroken = proof !== undefined && !hasPassed(proof);
  if (isBroken && rotation !== undefined) refuseBroken(proof, job, invocation);
  // Of an adopted project whose pool never worked, what there is to go back to is the project without it.
  const isUseless = isBroken && target.facts.stack.adopted && (await readTrail(folder)).length === 0;
  const before = isUseless ? undefined : outlook.before;
  if (proof !== undefined && !isBroken && !options.dryRun && before !== undefined && !outlook.isProved)
    await keepProved(folder, before);
  const doubt = findDoubt(outlook, proof);
  let needs = doubt === undefined ? outlook.needs : mergeNeeds(outlook.needs, needAll(doubt));
  const planFor = (wanted: Needs) => {
    const ordered = orderSteps(wanted, target.facts.stack, { project: compose, verify });
    const steps = rotation?.steps(ordered, compose, false) ?? ordered;
    const isBackedUp = options.backup && reachesPostgres(steps, before, target);
    const { edited } = outlook;
    const asleep = [...outlook.asleep];
    const secret = rotation?.secret;
    return { environment, folder: shownFolder, changes, edited, steps, isBackedUp, asleep, secret };
  };
  if (isIdle(needs) && changes.every(({ kind }) => kind === 'unchanged')) {
    proof ??= await show('verify', () => workshop.verify(target, world.signal), hasPassed);
    if (hasPassed(proof)) {
      if (!options.dryRun) await noteProved(folder, job.command, time);
      reportIdle(planFor(needs), proof, report);
      return EXIT.ok;
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
  if (unfinished !== undefined)
    await outwait(unfinished, world.signal, () => report.progress('waiting for the command that still runs'));
  const dumps =
    plan.isBackedUp && before !== undefined
      ? await show('back up', () => backUpFirst(workshop, before, target, invocation))
      : [];
  let isGoingBack = false;
  const hands: Hands = {
    signal: world.signal,
    async run(step, onStart) {
      await workshop.run(step, onStart);
      // Before what takes the password from there, and not before Postgres and PgBouncer have the old one again.
      if (isGoingBack && step.kind === 'switch') await rotation?.restore();
    },
    proveLogins: (set) => workshop.proveLogins(set),
    lastWords: (since) => workshop.lastWords(since),
    verify: (set, isUndoing) => workshop.verify(set, isUndoing ? undefined : world.signal),
    stepsBack(set, back) {
      isGoingBack = true;
      const stack = set.facts?.stack ?? target.facts.stack;
      const found = { ...findNeeds(back, stack), start: false };
      const all = doubt === undefined ? found : mergeNeeds(found, needAll(doubt));
      const project = awakeOf(stack);
      const ordered = orderSteps(all, stack, { project, verify });
      return rotation?.steps(ordered, project, true) ?? ordered;
    },
    show,
    tell: report.progress,
    explain: (failure) => explainFailure(failure, report),
  };
  const onSignal = () =>
    report.notice('ending the step at work, then rolling back; once more to stop at once');
  world.signal.addEventListener('abort', onSignal);
  const isResumed = unfinished !== undefined;
  const { adopted } = target.facts.stack;
  const withoutPool = adopted && withoutPoolCommand(adopted, compose);
  const stepsWithout = withoutPool === undefined ? [] : [leavePool(withoutPool)];
  await rotation?.write();
  const ending = await bringAbout(
    { ...job, target, time, before, changes, steps: plan.steps, stepsWithout, isResumed },
    hands,
  )
    .catch(async (error: unknown) => {
      // It could not begin. A bug of ours leaves all as it is, for the next run.
      if (error instanceof ExpectedError) await rotation?.restore();
      throw error;
    })
    .finally(() => world.signal.removeEventListener('abort', onSignal));
  if (ending.kind === 'undone') await rotation?.restore();
  const told = {
    command: job.command,
    commands: { ...(await commandsOf(job, invocation)), withoutPool },
    dumps,
    changedPasswords: rotation === undefined ? changedPasswords(job, before, target) : [],
    up: upServicesCommand(compose),
  };
  reportEnding(plan, ending, told, report);
  return exitCodeOf(ending);
}

/** Verifies what was put there in another way, so that it can be gone back to; undefined where there is no need to. */
async function proveBefore(
  { before, isProved, unfinished }: Outlook,
  workshop: Workshop,
  show: Hands['show'],
  { world }: Invocation<DeployOptions>,
): Promise<Verdict | undefined> {
  if (before?.facts === undefined || isProved || unfinished !== undefined) return undefined;
  const known = { plan: before.plan, facts: before.facts };
  return show('verify what runs now', () => workshop.look(known, world.signal), hasPassed);
}

/** A password is changed in what works: what does not is mended first, and not by this. */
function refuseBroken(
  proof: Verdict | undefined,
  { environment }: Transit,
  { options, report }: Invocation<DeployOptions>,
): never {
  if (proof !== undefined) for (const line of formatFailures(proof, report.errStyle)) report.notice(line);
  throw new RefusedError(
    `${environment} does not work as it is; nothing was changed`,
    `mend that first: ${stackCommand('deploy', environment, options)}`,
  );
}

/** Why what runs may not be what its files say; undefined where it is, or where nothing runs. */
function findDoubt(
  { before, isProved, unfinished, edited }: Outlook,
  proof: Verdict | undefined,
): string | undefined {
  if (unfinished !== undefined) return 'what was not finished';
  if (before === undefined || isProved || (proof !== undefined && hasPassed(proof))) return undefined;
  if (proof !== undefined) return 'the checks that fail on what runs now';
  const why = edited.length > 0 ? `${edited.join(', ')} changed by hand` : 'rendered by something else';
  return `files that may not be what runs: ${why}`;
}

function changedPasswords({ command }: Transit, before: Outlook['before'], target: KnownSet): string[] {
  if (before?.facts === undefined) return [];
  const [was, is] = [before.facts.stack, target.facts.stack];
  return command === 'deploy' ? listChangedPasswords(was, is) : listChangedPasswords(is, was);
}

/** The services of an adopted project as its own files have them. */
function leavePool(command: string): NextStep {
  return { kind: 'recreate', command, why: 'have your services as they were, without the pool', causes: [] };
}

async function commandsOf(
  { environment, folder }: Transit,
  { options }: Invocation<DeployOptions>,
): Promise<Omit<Commands, 'withoutPool'>> {
  const canGoBack = (await readTrail(folder)).length > 1;
  return {
    deploy: stackCommand('deploy', environment, options),
    rollback: canGoBack ? stackCommand('rollback', environment, options) : undefined,
  };
}

function exitCodeOf(ending: Ending): number {
  if (ending.kind === 'done') return EXIT.ok;
  return ending.failure.error?.exitCode ?? EXIT.checkFailed;
}
