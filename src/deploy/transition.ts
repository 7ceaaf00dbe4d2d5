import { applyChanges } from '../plan/apply.ts';
import type { Change } from '../plan/change.ts';
import { comparePlan } from '../plan/compare.ts';
import { carryOver, onlyShutOut } from '../plan/needs.ts';
import type { NextStep } from '../plan/next-step.ts';
import { type ExpectedError, InterruptedError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import type { Verdict } from '../verify/verify.ts';
import { keepNext, keepProved, readCurrent, setCurrent } from './history.ts';
import { closeJournal, freeRoom, type Journal, noteStep, openJournal } from './journal.ts';
import type { LastWords } from './last-words.ts';
import { noteProved } from './proved.ts';
import { findOnDisk, rememberRendered } from './rendered.ts';
import type { KnownSet, StackSet } from './stack-set.ts';
import { forgetStanding, readStanding } from './standing.ts';
import { expected, takeEffect } from './take-effect.ts';

/** From one set of files that runs to another one. */
export interface Transition {
  readonly command: 'deploy' | 'rollback' | 'rotate';
  /** The output folder, absolute. */
  readonly folder: string;
  readonly target: KnownSet;
  /** When the target was put in place before; undefined where it is new. */
  readonly time: string | undefined;
  /** What ran before; undefined where nothing did. */
  readonly before: StackSet | undefined;
  /** The services that ran in another number than their files say, for whoever goes on after a crash. */
  readonly scales: ReadonlyMap<string, number>;
  /** From what lies in the folder to the target. */
  readonly changes: readonly Change[];
  readonly steps: readonly NextStep[];
  /** What to run where there is nothing to go back to, so that what was there before ecar-pool goes on. */
  readonly stepsWithout: readonly NextStep[];
  /** Whether an earlier deploy was not ended: what lies in the folder is not what ran before. */
  readonly isResumed: boolean;
}

/** What a transition has others do. */
export interface Hands {
  /** Aborted where the user wants to stop: the step that runs is ended first, then all is undone. */
  readonly signal: AbortSignal;
  run(step: NextStep, onStart: (pid: number) => void): Promise<void>;
  verify(set: KnownSet, isUndoing: boolean): Promise<Verdict>;
  /** Proves that every login of a set gets through the pool. */
  proveLogins(set: KnownSet): Promise<Verdict>;
  /** The steps from what was put in place back to what ran before. */
  stepsBack(before: StackSet, changes: readonly Change[]): readonly NextStep[];
  /** Tells people what is at work, until the task is over, and whether what it gave is good. */
  show<Value>(what: string, task: () => Promise<Value>, isGood?: (value: Value) => boolean): Promise<Value>;
  tell(text: string): void;
  /** What those said last that did not come up, since a time in RFC 3339. */
  lastWords(since: string): Promise<readonly LastWords[]>;
  /** Tells people why all is undone, before it is. */
  explain(failure: Failure): void;
}

/** Why something did not work out. */
export interface Failure {
  /** What was at work, as it was shown. */
  readonly step: string;
  readonly error?: ExpectedError;
  /** Where checks failed. */
  readonly verdict?: Verdict;
  /** What the containers said that did not come up, before they are made anew or removed. */
  readonly logs?: readonly LastWords[];
}

/** How a transition ended. */
export type Ending =
  | { readonly kind: 'done'; readonly time: string; readonly verdict: Verdict | undefined }
  /** What ran before runs again; `verdict` is undefined where nobody knows how to verify it. */
  | {
      readonly kind: 'undone';
      readonly failure: Failure;
      readonly verdict: Verdict | undefined;
      /** Whether services of an adopted project were started anew on the way. */
      readonly isTouched: boolean;
    }
  /** There was nothing to go back to; `trouble` is why not even what was there before ecar-pool goes on. */
  | {
      readonly kind: 'left';
      readonly failure: Failure;
      readonly trouble: Failure | undefined;
      /** Whether that goes on. */
      readonly isWithout: boolean;
      readonly isTouched: boolean;
    }
  /** Going back did not work either; the journal stays. */
  | { readonly kind: 'stuck'; readonly failure: Failure; readonly trouble: Failure };

const never = new AbortController().signal;

/**
 * Puts files in place, has them take effect, and proves it; on the way anything that fails, or the signal, has
 * what ran before put back and proved. Killed at any point, it leaves a journal by which the next one goes on.
 * @throws ExpectedError where it could not begin: all is as it was
 */
export async function bringAbout(transition: Transition, hands: Hands): Promise<Ending> {
  const { command, folder, before, scales, target, changes, isResumed } = transition;
  if (hands.signal.aborted) throw new InterruptedError();
  const sets = { before, scales, next: target };
  const journal = await openJournal(folder, command, sets, isResumed).catch((error) => {
    throw explainFileError(error, folder, 'write');
  });
  const pending = changes.filter(({ kind }) => kind !== 'unchanged').length;
  if (pending > 0) {
    const what = `write ${pending} ${pending === 1 ? 'file' : 'files'}`;
    try {
      await noteStep(folder, journal, what);
      await hands.show(what, () => applyChanges(changes, folder, { force: false, signal: hands.signal }));
    } catch (error) {
      if (isResumed)
        return undo(transition, journal, hands, { step: what, error: expected(error) }, isResumed);
      // Nothing was touched.
      await closeJournal(folder);
      throw error;
    }
  }
  await forgetStanding(folder);
  const outcome = await takeEffect(transition.steps, target, { folder, journal, hands, isUndoing: false });
  // What a dead process had begun is not known.
  const isTouched = isResumed || outcome.begun.some(({ touchesServices }) => touchesServices);
  if ('step' in outcome) return undo(transition, journal, hands, outcome, isTouched);
  await freeRoom(folder);
  try {
    const time = transition.time ?? (await keepNext(folder, new Date()));
    if (transition.time !== undefined) await setCurrent(folder, time);
    await closeJournal(folder);
    const isBack = command === 'rollback';
    await noteProved(folder, { by: command, time: isBack ? time : undefined });
    return { kind: 'done', time, verdict: outcome.verdict };
  } catch (error) {
    // It runs and was proved; the next deploy finds the journal, and ends it.
    throw explainFileError(error, folder, 'write');
  }
}

/**
 * Puts back what ran before, and proves it. From here on no signal is heard: half-way helps nobody.
 * @param isTouched whether services of an adopted project were reached: else they are left alone on the way back, too
 */
async function undo(
  { command, folder, target, before, stepsWithout }: Transition,
  journal: Journal,
  hands: Hands,
  why: Failure,
  isTouched: boolean,
): Promise<Ending> {
  const withWords = async (what: Failure) => {
    if (what.error instanceof InterruptedError) return what;
    return { ...what, logs: await hands.lastWords(journal.began) };
  };
  const failure = await withWords(why);
  hands.explain(failure);
  await freeRoom(folder);
  const changes = before === undefined ? [] : await comparePlan(before.plan, folder);
  const isSame = changes.every(({ kind }) => kind === 'unchanged');
  if (before === undefined || isSame) {
    const without = before === undefined && isTouched ? stepsWithout : [];
    const nothing = { plan: [], facts: undefined };
    const outcome = await takeEffect(without, nothing, { folder, journal, hands, isUndoing: true });
    await closeJournal(folder);
    // What lies there then is looked at by the next one.
    if (before === undefined) await rememberRendered(folder, target);
    const trouble = 'step' in outcome ? outcome : undefined;
    const isWithout = before === undefined && stepsWithout.length > 0 && trouble === undefined;
    return { kind: 'left', failure, trouble, isWithout, isTouched };
  }
  hands.tell('rolling back to what ran before');
  const what = 'put the files back';
  try {
    await hands.show(what, () => applyChanges(changes, folder, { force: true, signal: never }));
  } catch (error) {
    return { kind: 'stuck', failure, trouble: { step: what, error: expected(error) } };
  }
  // Logins need no proof of their own there: what is put back worked, and verify comes at the end.
  const steps = hands
    .stepsBack(before, changes)
    .filter(({ kind, touchesServices }) => kind !== 'logins' && (isTouched || !touchesServices));
  const outcome = await takeEffect(steps, before, { folder, journal, hands, isUndoing: true });
  if ('step' in outcome) return { kind: 'stuck', failure, trouble: await withWords(outcome) };
  await closeJournal(folder);
  if (outcome.verdict !== undefined) {
    // Who was to be kept out before that still is, if it was not done on the way.
    const { needs, rememberedSince } = (await readStanding(folder)) ?? {};
    const left = needs && onlyShutOut(carryOver(needs, before.plan));
    await noteProved(folder, { by: command, time: await keepBefore(folder, before) }, left, rememberedSince);
  }
  return { kind: 'undone', failure, verdict: outcome.verdict, isTouched };
}

/** Sees that what was put back is a set of the history; gives its time, undefined where it could not be kept. */
async function keepBefore(folder: string, before: StackSet): Promise<string | undefined> {
  if ((await findOnDisk(folder))?.isProved) return readCurrent(folder);
  return keepProved(folder, before).catch(() => undefined);
}
