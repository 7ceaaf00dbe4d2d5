import { listChangedPasswords } from '../deploy/changed-passwords.ts';
import { readTrail } from '../deploy/history.ts';
import type { KnownSet, StackSet } from '../deploy/stack-set.ts';
import { bringAbout, type Ending, type Hands } from '../deploy/transition.ts';
import { findWayBack } from '../deploy/way-back.ts';
import type { Change } from '../plan/change.ts';
import { upServicesCommand, withoutPoolCommand } from '../plan/commands.ts';
import { findNeeds, mergeNeeds, type Needs, needAll } from '../plan/needs.ts';
import type { NextStep } from '../plan/next-step.ts';
import { EXIT, ExpectedError } from '../problems/errors.ts';
import { type Commands, explainFailure, type Plan, reportEnding } from '../report/transit.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { backUpFirst } from './back-up-first.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { stackCommand } from './stack-command.ts';
import type { Choice, Transit } from './transit.ts';
import type { Workshop } from './workshop.ts';

/** What a transit goes by once it has looked. */
interface Course {
  readonly choice: Choice;
  /** What there is to go back to. */
  readonly before: StackSet | undefined;
  readonly changes: readonly Change[];
  /** Why what runs may not be what its files say. */
  readonly doubt: string | undefined;
  /** Whether one that died is gone on with. */
  readonly isResumed: boolean;
  readonly workshop: Workshop;
  readonly show: Hands['show'];
  /** The steps that meet needs of a stack: there, or on the way back. */
  order(needs: Needs, stack: Stack, isBack: boolean): readonly NextStep[];
  /** How Compose is called for what is to run. */
  readonly compose: ComposeProject;
}

/** Backs up, does what was planned and reports how it ended. Gives the exit code. */
export async function carryThrough(
  job: Transit,
  course: Course,
  plan: Plan,
  invocation: Invocation<DeployOptions>,
): Promise<number> {
  const { world, report } = invocation;
  const { choice, before, changes, isResumed, workshop, show, compose } = course;
  const { set: target, time, rotation } = choice;
  const dumps =
    plan.isBackedUp && before !== undefined
      ? await show('back up', async () => {
          const hasWorked = (await readTrail(job.folder)).length > 0;
          return backUpFirst(workshop, { before, target, hasWorked }, invocation);
        })
      : [];
  const onSignal = () =>
    report.notice('ending the step at work, then rolling back; once more to stop at once');
  world.signal.addEventListener('abort', onSignal);
  const { adopted } = target.facts.stack;
  const { scales } = compose;
  const withoutPool = adopted && withoutPoolCommand(adopted, compose);
  const stepsWithout = withoutPool === undefined ? [] : [leavePool(withoutPool)];
  await rotation?.write();
  const ending = await bringAbout(
    { ...job, target, time, before, scales, changes, steps: plan.steps, stepsWithout, isResumed },
    createHands(course, invocation),
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
    commands: { ...(await commandsOf(job, course, invocation)), withoutPool },
    dumps,
    changedPasswords: rotation === undefined ? changedPasswords(job, before, target) : [],
    up: upServicesCommand(compose),
  };
  reportEnding(plan, ending, told, report);
  return exitCodeOf(ending);
}

function createHands(
  { choice, doubt, workshop, show, order }: Course,
  { world, report }: Invocation<DeployOptions>,
): Hands {
  const { set: target, rotation } = choice;
  let isGoingBack = false;
  let since = Date.now();
  return {
    signal: world.signal,
    async run(step, onStart) {
      await workshop.run(step, onStart);
      // Before what takes the password from there, and not before Postgres and PgBouncer have the old one again.
      if (isGoingBack && step.kind === 'switch') await rotation?.restore();
    },
    proveLogins: (set) => workshop.proveLogins(set),
    lastWords: (since) => workshop.lastWords(since),
    verify: (set, isUndoing) => workshop.verify(set, since, isUndoing ? undefined : world.signal),
    stepsBack(set, back) {
      isGoingBack = true;
      since = Date.now();
      const stack = set.facts?.stack ?? target.facts.stack;
      const found = { ...findNeeds(back, stack), start: false };
      return order(doubt === undefined ? found : mergeNeeds(found, needAll(doubt)), stack, true);
    },
    show,
    tell: report.progress,
    explain: (failure) => explainFailure(failure, report),
  };
}

/** The services of an adopted project as its own files have them. */
function leavePool(command: string): NextStep {
  return { kind: 'recreate', command, why: 'have your services as they were, without the pool', causes: [] };
}

function changedPasswords({ command }: Transit, before: StackSet | undefined, target: KnownSet): string[] {
  if (before?.facts === undefined) return [];
  const [was, is] = [before.facts.stack, target.facts.stack];
  return command === 'deploy' ? listChangedPasswords(was, is) : listChangedPasswords(is, was);
}

async function commandsOf(
  { environment, folder }: Transit,
  { before, choice }: Course,
  { options }: Invocation<DeployOptions>,
): Promise<Omit<Commands, 'withoutPool'>> {
  const { stack } = choice.set.facts;
  // The roles of an adopted project keep the new one, with which what ran before does not log in.
  const isOutOfReach =
    before?.facts !== undefined && listChangedPasswords(before.facts.stack, stack).length > 0;
  const canGoBack = !isOutOfReach && (await findWayBack(folder)) !== undefined;
  return {
    deploy: stackCommand('deploy', environment, options),
    rollback: canGoBack ? stackCommand('rollback', environment, options) : undefined,
  };
}

function exitCodeOf(ending: Ending): number {
  if (ending.kind === 'done') return EXIT.ok;
  return ending.failure.error?.exitCode ?? EXIT.checkFailed;
}
