import { dirname, join, relative, resolve } from 'node:path';
import { backUp } from '../backup/back-up.ts';
import type { KnownSet, StackSet } from '../deploy/stack-set.ts';
import type { NextStep } from '../plan/next-step.ts';
import { ExpectedError, InterruptedError } from '../problems/errors.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { stackCommand } from './stack-command.ts';
import type { Workshop } from './workshop.ts';

/**
 * Whether steps reach Postgres, and what ran before has something to lose: its container is made anew, or SQL is
 * run. A dump for each reload of PgBouncer would keep people from deploying.
 */
export function reachesPostgres(
  steps: readonly NextStep[],
  before: StackSet | undefined,
  target: KnownSet,
): boolean {
  if (before === undefined) return false;
  if (steps.some(({ kind, byHand }) => (kind === 'roles' || kind === 'lock') && !byHand)) return true;
  const { postgres } = target.facts.stack;
  if (postgres.kind !== 'own' || !steps.some(({ kind }) => kind === 'recreate')) return false;
  const [was, is] = [before.facts, target.facts].map((facts) => facts?.configHashes.get(postgres.host));
  return was !== is;
}

/** What runs now and what is to. */
interface Sets {
  readonly before: StackSet;
  readonly target: KnownSet;
  /** Whether anything that ran here has ever verified: settings that could not log in cannot dump, either. */
  readonly hasWorked: boolean;
}

/**
 * Dumps the databases of what runs now to `backups/<env>/`. Gives the files, as people would type them.
 * @throws ExpectedError, with nothing changed and `--no-backup` named as the way on
 */
export async function backUpFirst(
  workshop: Workshop,
  { before, target, hasWorked }: Sets,
  { world, options }: Invocation<DeployOptions>,
): Promise<string[]> {
  const { stack: next } = target.facts;
  // Who may read the server now is told by what runs now, once that has worked; how long dumps are kept, by the settings.
  const proved = hasWorked ? before.facts?.stack : undefined;
  const stack = { ...(proved ?? next), backup: next.backup };
  const folder = join(dirname(resolve(world.cwd, options.config)), 'backups', next.environment);
  const { dumps } = await backUp(workshop.unhurried(), {
    stack,
    project: workshop.composeOf(stack),
    folder,
    cleaner: () => workshop.cleaner(),
  }).catch((error: unknown) => {
    if (!(error instanceof ExpectedError) || error instanceof InterruptedError) throw error;
    const { message, exitCode, hint = 'mend that' } = error;
    throw new ExpectedError(
      `no backup could be made, and nothing was changed: ${message}`,
      exitCode,
      // What the hint names are options of that command.
      `make one with ${stackCommand('backup', next.environment, options)} (${hint}), then run this with --no-backup`,
      { cause: error },
    );
  });
  return dumps.map(({ path }) => relative(world.cwd, path));
}
