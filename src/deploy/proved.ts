import { type Needs, onlyShutOut } from '../plan/needs.ts';
import type { NextStep } from '../plan/next-step.ts';
import { noteStanding, type RolledBack, type Standing } from './standing.ts';

/**
 * Notes that what lies in the folder runs, and was proved.
 * @param back what put it there, and when that was done first, where the settings are left ahead of it
 * @param needs what is left to others, or was not proved
 */
export function noteProved(
  folder: string,
  { by, time }: { readonly by: RolledBack['by']; readonly time: string | undefined },
  needs?: Needs,
  rememberedSince?: Standing['rememberedSince'],
): Promise<void> {
  const at = new Date().toISOString();
  const rolledBack = time === undefined ? undefined : { time, at, by };
  return noteStanding(folder, { needs, rolledBack, rememberedSince });
}

/** Those whom a server of others is to let in no more, which no step of ours does: `verify` tells once it does. */
export function listByHand(steps: readonly NextStep[]): Needs | undefined {
  const locks = steps.filter(({ kind, byHand }) => kind === 'lock' && byHand);
  return onlyShutOut({ dropped: locks.flatMap(({ causes }) => causes), remembered: [] });
}
