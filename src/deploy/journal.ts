import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFlushed } from '../plan/flush.ts';
import { identifyProcess, isProcessAlive } from './process-identity.ts';
import { replaceWhole } from './replace-whole.ts';
import { readSet, type StackSet, writeSet } from './stack-set.ts';
import { BEFORE, JOURNAL, NEXT, RESERVE, stateFolder } from './state.ts';

/** What is being done to a stack, for whoever comes after a crash. */
export interface Journal {
  readonly command: string;
  /** RFC 3339. */
  readonly began: string;
  /** What was at work last, as people read it. */
  readonly step: string;
  /** The command that was running: it may outlive a process that was killed. */
  readonly child?: { readonly pid: number; readonly process: string | undefined } | undefined;
  /** Whether anything ran before. */
  readonly hasBefore: boolean;
  /** How many containers services had that ran in another number than their files say. */
  readonly scales?: Readonly<Record<string, number>>;
}

/** What was begun and not ended, with the set that ran before it; undefined where all was ended. */
export async function readUnfinished(
  folder: string,
): Promise<{ readonly journal: Journal; readonly before: StackSet | undefined } | undefined> {
  const state = stateFolder(folder);
  try {
    const journal: Journal = JSON.parse(await readFile(join(state, JOURNAL), 'utf8'));
    return { journal, before: journal.hasBefore ? await readSet(join(state, BEFORE)) : undefined };
  } catch {
    return undefined;
  }
}

interface Sets {
  readonly before: StackSet | undefined;
  readonly scales: ReadonlyMap<string, number>;
  readonly next: StackSet;
}

/**
 * Opens the journal: from here on what ran before can be put back, whatever happens. All that may need room on
 * the disk is written now, and room is kept for what has to be put back. Rejects with the error of the file system,
 * with nothing changed.
 * @param sets what ran before, undefined where nothing did, and in which numbers; and what is to run
 * @param isResumed whether a journal is open already, whose set of before stays
 */
export async function openJournal(
  folder: string,
  command: string,
  { before, scales, next }: Sets,
  isResumed: boolean,
): Promise<Journal> {
  const state = stateFolder(folder);
  const journal = {
    command,
    began: new Date().toISOString(),
    step: 'preparing',
    hasBefore: before !== undefined,
    scales: Object.fromEntries(scales),
  };
  try {
    await writeSet(join(state, NEXT), next);
    if (before !== undefined && !isResumed) await writeSet(join(state, BEFORE), before);
    await keepRoom(join(state, RESERVE), before);
    await writeJournal(folder, journal);
    return journal;
  } catch (error) {
    if (!isResumed) await closeJournal(folder);
    throw error;
  }
}

/** Notes what is at work. On a full disk the note is left out: who comes after expects the worst anyway. */
export async function noteStep(folder: string, journal: Journal, step: string, pid?: number): Promise<void> {
  const child = pid === undefined ? undefined : { pid, process: await identifyProcess(pid) };
  await writeJournal(folder, { ...journal, step, child }).catch(() => {});
}

/** Gives back the room that was kept. */
export async function freeRoom(folder: string): Promise<void> {
  await rm(join(stateFolder(folder), RESERVE), { force: true });
}

/** Ends what was begun: nothing is to be put back any more. */
export async function closeJournal(folder: string): Promise<void> {
  // The journal first: what lies there without one is rubbish.
  for (const name of [JOURNAL, `${JOURNAL}.tmp`, BEFORE, NEXT, RESERVE])
    await rm(join(stateFolder(folder), name), { recursive: true, force: true });
}

/** Waits until the command that an interrupted deploy had started is gone, which two of a kind would hinder. */
export async function outwait({ child }: Journal, signal: AbortSignal, onWait: () => void): Promise<void> {
  if (child === undefined) return;
  for (let told = false; !signal.aborted && (await isProcessAlive(child.pid, child.process)); ) {
    if (!told) onWait();
    told = true;
    await sleep(200);
  }
}

function writeJournal(folder: string, journal: Journal): Promise<void> {
  return replaceWhole(join(stateFolder(folder), JOURNAL), `${JSON.stringify(journal)}\n`);
}

/** Twice the files, which are written beside the ones that are copied, and something for the folders. */
async function keepRoom(path: string, before: StackSet | undefined): Promise<void> {
  const bytes = (before?.plan ?? []).reduce((sum, { text }) => sum + Buffer.byteLength(text) + 4096, 0);
  await rm(path, { force: true });
  // Random, because some file systems keep no room for zeros.
  await writeFlushed(path, randomBytes(2 * bytes + 65_536), 0o600);
}
