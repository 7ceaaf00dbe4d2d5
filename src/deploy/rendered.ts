import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilePlan } from '../plan/file-plan.ts';
import { readCurrent, readKept } from './history.ts';
import { isSameSet, type KnownSet, readRendered, readSet, type StackSet, writeSet } from './stack-set.ts';
import { PRIVATE_FOLDER, RENDERED, stateFolder } from './state.ts';

/**
 * Keeps what a render knows of the files that it wrote, so that a deploy that fails later can prove them when it has
 * put them back. Without it a deploy says that it could not.
 */
export async function rememberRendered(folder: string, set: KnownSet): Promise<void> {
  const path = join(stateFolder(folder), RENDERED);
  try {
    await mkdir(stateFolder(folder), { recursive: true, mode: PRIVATE_FOLDER });
    await writeSet(path, set);
  } catch {
    await rm(path, { recursive: true, force: true });
  }
}

/** What lies in an output folder; undefined where nothing was rendered there. */
export async function findOnDisk(
  folder: string,
): Promise<{ readonly set: StackSet; readonly isProved: boolean } | undefined> {
  const plan = await readRendered(folder);
  if (plan.length === 0) return undefined;
  const time = await readCurrent(folder);
  const current = time === undefined ? undefined : await readKept(folder, time);
  if (isSame(current, plan)) return { set: current, isProved: true };
  const rendered = await readSet(join(stateFolder(folder), RENDERED));
  return { set: isSame(rendered, plan) ? rendered : { plan, facts: undefined }, isProved: false };
}

function isSame(set: StackSet | undefined, plan: FilePlan): set is StackSet {
  return set !== undefined && isSameSet(set.plan, plan);
}
