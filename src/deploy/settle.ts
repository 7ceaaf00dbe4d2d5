import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type NotedStanding, noteStanding, type RolledBack, readStanding } from './standing.ts';
import { JOURNAL, LOCK, stateFolder } from './state.ts';

/**
 * Notes that what lies in the folder was seen to run: what renders have asked for is done. Nothing is noted where
 * a deploy is at work, or where something else has been noted since it was looked.
 * @param known the standing as it was before anything was looked at
 * @param rolledBack what the settings are still ahead of
 */
export async function settle(
  folder: string,
  known: NotedStanding | undefined,
  rolledBack: RolledBack | undefined,
): Promise<void> {
  if ([LOCK, JOURNAL].some((name) => existsSync(join(stateFolder(folder), name)))) return;
  if ((await readStanding(folder))?.id !== known?.id) return;
  const isNoted =
    known !== undefined && known.needs === undefined && known.rolledBack?.time === rolledBack?.time;
  if (!isNoted) await noteStanding(folder, { rolledBack });
}
