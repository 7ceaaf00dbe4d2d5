import type { Outlook } from '../deploy/outlook.ts';
import type { StackSet } from '../deploy/stack-set.ts';
import type { Hands } from '../deploy/transition.ts';
import { RefusedError } from '../problems/errors.ts';
import { formatFailures } from '../report/checks.ts';
import { hasPassed, type Verdict } from '../verify/verify.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { stackCommand } from './stack-command.ts';
import type { Transit } from './transit.ts';
import type { Workshop } from './workshop.ts';

/** Verifies what was put there in another way, so that it can be gone back to; undefined where there is no need to. */
export async function proveBefore(
  { before, isProved, unfinished }: Outlook,
  workshop: Workshop,
  show: Hands['show'],
  { world }: Invocation<DeployOptions>,
): Promise<Verdict | undefined> {
  if (before?.facts === undefined || isProved || unfinished !== undefined) return undefined;
  const known = { plan: before.plan, facts: before.facts };
  return show('verify what runs now', () => workshop.look(known, world.signal), hasPassed);
}

/**
 * What there is to go back to: what lies there where it was proved, else what was proved last. Of an adopted project
 * whose pool never worked, it is the project without the pool.
 * @param proof what `proveBefore` gave
 */
export function chooseBefore(
  { before, kept, isProved, unfinished }: Outlook,
  proof: Verdict | undefined,
): StackSet | undefined {
  if (before === undefined || isProved || unfinished !== undefined) return before;
  if (proof !== undefined && hasPassed(proof)) return before;
  if (kept !== undefined) return kept;
  return proof !== undefined && before.facts?.stack.adopted !== undefined ? undefined : before;
}

/** A password is changed in what works: what does not is mended first, and not by this. */
export function refuseBroken(
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
export function findDoubt(
  { before, isProved, unfinished, edited }: Outlook,
  proof: Verdict | undefined,
): string | undefined {
  if (unfinished !== undefined) return 'what was not finished';
  if (before === undefined || isProved || (proof !== undefined && hasPassed(proof))) return undefined;
  if (proof !== undefined) return 'the checks that fail on what runs now';
  const why = edited.length > 0 ? `${edited.join(', ')} changed by hand` : 'rendered by something else';
  return `files that may not be what runs: ${why}`;
}
