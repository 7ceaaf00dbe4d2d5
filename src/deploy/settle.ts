import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Needs } from '../plan/needs.ts';
import { MANIFEST_PATH } from '../plan/plan-files.ts';
import { type NotedStanding, noteStanding, type RolledBack, readStanding } from './standing.ts';
import { JOURNAL, LOCK, stateFolder } from './state.ts';

/** By so much the time that a kernel gives a file may lag behind that of programs. */
const TICK_MS = 20;

/**
 * Notes that what lies in the folder was seen to run: what renders have asked for is done, but for what is left. Nothing is
 * noted where a deploy is at work, or where something was rendered or noted since it was looked.
 * @param known the standing as it was before anything was looked at
 * @param since when that was, in milliseconds of the epoch
 * @param rolledBack what the settings are still ahead of
 * @param left what nobody saw to be done
 */
export async function settle(
  folder: string,
  { known, since }: { readonly known: NotedStanding | undefined; readonly since: number },
  rolledBack: RolledBack | undefined,
  left?: Needs | undefined,
): Promise<void> {
  if ([LOCK, JOURNAL].some((name) => existsSync(join(stateFolder(folder), name)))) return;
  if ((await readStanding(folder))?.id !== known?.id) return;
  const isRenderedSince = await stat(join(folder, MANIFEST_PATH)).then(
    ({ mtimeMs }) => mtimeMs + TICK_MS >= since,
    () => true,
  );
  const isNoted =
    known && isDeepStrictEqual(known.needs, left) && known.rolledBack?.time === rolledBack?.time;
  const rememberedSince = known?.rememberedSince;
  if (!isRenderedSince && !isNoted) await noteStanding(folder, { needs: left, rolledBack, rememberedSince });
}
