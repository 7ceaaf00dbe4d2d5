import type { NextStep } from '../plan/next-step.ts';
import { ExpectedError, InterruptedError } from '../problems/errors.ts';
import { hasPassed, type Verdict } from '../verify/verify.ts';
import { type Journal, noteStep } from './journal.ts';
import type { StackSet } from './stack-set.ts';
import type { Failure, Hands } from './transition.ts';

/** Runs steps and verifies what they made. */
export async function takeEffect(
  steps: readonly NextStep[],
  set: StackSet,
  work: {
    readonly folder: string;
    readonly journal: Journal;
    readonly hands: Hands;
    readonly isUndoing: boolean;
  },
): Promise<(Failure | { readonly verdict: Verdict | undefined }) & { readonly begun: readonly NextStep[] }> {
  const { folder, journal, hands, isUndoing } = work;
  const { plan, facts } = set;
  const begun: NextStep[] = [];
  let step = '';
  try {
    for (const next of steps) {
      if (next.byHand) {
        // The way back has the user again.
        if (!isUndoing) hands.tell(`left to you, ${next.why}:\n  ${next.command}`);
        continue;
      }
      step = next.why;
      if (!isUndoing && hands.signal.aborted) throw new InterruptedError();
      await noteStep(folder, journal, step);
      begun.push(next);
      if (next.kind === 'logins' && facts !== undefined) {
        const verdict = await hands.show(step, () => hands.proveLogins({ plan, facts }), hasPassed);
        if (!hasPassed(verdict)) return { step, verdict, begun };
        continue;
      }
      // On the way back nothing may stop it: whether all is as it was is for verify to tell.
      const goesOn = next.mayFail === true || (isUndoing && facts !== undefined);
      let noted = Promise.resolve();
      const onStart = (pid: number) => {
        noted = noteStep(folder, journal, next.why, pid);
      };
      await hands
        .show(step, () => hands.run(next, onStart))
        .catch((error: unknown) => {
          if (!goesOn) throw error;
          hands.tell(`going on without it: ${expected(error).message}`);
        })
        .finally(() => noted);
    }
    step = 'verify';
    if (facts === undefined) return { verdict: undefined, begun };
    if (!isUndoing && hands.signal.aborted) throw new InterruptedError();
    await noteStep(folder, journal, step);
    const verdict = await hands.show(step, () => hands.verify({ plan, facts }, isUndoing), hasPassed);
    return hasPassed(verdict) ? { verdict, begun } : { step, verdict, begun };
  } catch (error) {
    return { step, error: expected(error), begun };
  }
}

/** A bug of ours must not be taken for a failure of the stack. */
export function expected(error: unknown): ExpectedError {
  if (error instanceof ExpectedError) return error;
  throw error;
}
