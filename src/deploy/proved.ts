import type { Needs } from '../plan/needs.ts';
import { noteStanding, type RolledBack, type Standing } from './standing.ts';

/**
 * Notes that what lies in the folder runs, and was proved.
 * @param back what put it there, and when that was done first, where the settings are left ahead of it
 * @param needs what was not proved
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
