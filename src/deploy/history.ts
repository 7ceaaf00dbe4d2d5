import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceWhole } from './replace-whole.ts';
import { isSameSet, readSet, type StackSet, writeSet } from './stack-set.ts';
import { HISTORY, NEXT, PRIVATE_FOLDER, stateFolder, TRAIL } from './state.ts';

/** So many of the sets that verified are kept. */
const KEPT = 5;

/** The times of the sets that verified, the newest first: `2026-11-23T15-30-00Z`. */
export async function listHistory(folder: string): Promise<string[]> {
  const names = await readdir(join(stateFolder(folder), HISTORY)).catch(() => []);
  return names
    .filter((name) => /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/.test(name))
    .sort()
    .reverse();
}

/** A set of the history; undefined where this release cannot read it. */
export function readKept(folder: string, time: string): Promise<StackSet | undefined> {
  return readSet(join(stateFolder(folder), HISTORY, time));
}

/** The times of the sets that were put in place and are still kept, the one that was put there last at the end. */
export async function readTrail(folder: string): Promise<string[]> {
  const text = await readFile(join(stateFolder(folder), TRAIL), 'utf8').catch(() => '');
  const kept = await listHistory(folder);
  return text.split('\n').filter((time) => kept.includes(time));
}

/** The time of the set that was put in place last and verified; undefined where none was, or it is gone. */
export async function readCurrent(folder: string): Promise<string | undefined> {
  return (await readTrail(folder)).at(-1);
}

/** Makes a set of the history the current one; what was put in place after it is no more on the way back. */
export async function setCurrent(folder: string, time: string): Promise<void> {
  const trail = await readTrail(folder);
  const at = trail.indexOf(time);
  await writeTrail(folder, at === -1 ? [...trail, time] : trail.slice(0, at + 1));
}

/**
 * Takes the set that was written as the next one into the history, as the current one, and drops the oldest. Where it
 * has the files of the one that was current, it takes its place: to go back to the same files helps nobody.
 */
export async function keepNext(folder: string, now: Date): Promise<string> {
  const history = join(stateFolder(folder), HISTORY);
  await mkdir(history, { recursive: true, mode: PRIVATE_FOLDER });
  const taken = await listHistory(folder);
  const current = await readCurrent(folder);
  const [was, is] = await Promise.all([
    current === undefined ? undefined : readKept(folder, current),
    readSet(join(stateFolder(folder), NEXT)),
  ]);
  const replaced =
    was !== undefined && is !== undefined && isSameSet(was.plan, is.plan) ? current : undefined;
  // Later than all that are there, also within a second, and where the clock was put back.
  const newest = parseTime(taken[0]);
  const time = formatTime(new Date(Math.max(now.getTime(), newest + 1000)));
  await rename(join(stateFolder(folder), NEXT), join(history, time));
  await writeTrail(folder, [...(await readTrail(folder)).filter((kept) => kept !== replaced), time]);
  const others = taken.filter((kept) => kept !== replaced);
  for (const old of [...(replaced === undefined ? [] : [replaced]), ...others.slice(KEPT - 1)])
    await rm(join(history, old), { recursive: true, force: true });
  return time;
}

/** Takes a set into the history that runs already and has just verified. */
export async function keepProved(folder: string, set: StackSet): Promise<string> {
  await writeSet(join(stateFolder(folder), NEXT), set);
  return keepNext(folder, new Date());
}

function writeTrail(folder: string, times: readonly string[]): Promise<void> {
  return replaceWhole(join(stateFolder(folder), TRAIL), `${times.join('\n')}\n`);
}

/** As a name of a folder, which has no colons. */
function formatTime(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
}

function parseTime(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
}
