import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFlushed } from '../plan/flush.ts';
import { EnvironmentError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import { identifyProcess, isProcessAlive } from './process-identity.ts';
import { LOCK, PRIVATE_FOLDER, stateFolder } from './state.ts';

/** Who is at work on a stack. */
interface Holder {
  /** `deploy` or `rollback`. */
  readonly command: string;
  readonly pid: number;
  /** What tells the process from a later one of its number; undefined where the system does not say. */
  readonly process: string | undefined;
  readonly host: string;
  /** RFC 3339. */
  readonly since: string;
}

/** A lock that is held. */
export interface Lock {
  /** What had died before it could give the lock back, for people. */
  readonly abandoned: string | undefined;
  release(): Promise<void>;
}

/**
 * Takes the lock of an output folder, which is made where there is none. A lock that a dead process of this host
 * left is taken over.
 * @throws EnvironmentError that names who holds it
 */
export async function takeLock(folder: string, command: string, shownFolder: string): Promise<Lock> {
  const state = stateFolder(folder);
  const path = join(state, LOCK);
  const staged = `${path}.${randomBytes(6).toString('hex')}`;
  const holder: Holder = {
    command,
    pid: process.pid,
    process: await identifyProcess(process.pid),
    host: hostname(),
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(holder)}\n`;
  let abandoned: string | undefined;
  try {
    await mkdir(folder, { recursive: true });
    await mkdir(state, { recursive: true, mode: PRIVATE_FOLDER });
    await writeFlushed(staged, text, 0o600);
    while (!(await linked(staged, path))) {
      const found = await readLock(path);
      if (found === undefined) continue;
      if (await isHeld(found.holder)) throw explainHeld(found.holder, shownFolder, path);
      if (await removeAbandoned(path, found.text, staged)) abandoned = describe(found.holder);
    }
  } catch (error) {
    throw explainFileError(error, path, 'write');
  } finally {
    await rm(staged, { force: true });
  }
  return {
    abandoned,
    async release() {
      if ((await readLock(path))?.text === text) await rm(path, { force: true });
    },
  };
}

/** @throws EnvironmentError where a deploy is at work on an output folder */
export async function refuseLocked(folder: string, shownFolder: string): Promise<void> {
  const path = join(stateFolder(folder), LOCK);
  const found = await readLock(path);
  if (found !== undefined && (await isHeld(found.holder))) throw explainHeld(found.holder, shownFolder, path);
}

/** A link, unlike a rename, fails where the name is taken, and what is linked is whole. */
async function linked(staged: string, path: string): Promise<boolean> {
  try {
    await link(staged, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readLock(path: string): Promise<{ holder: Holder; text: string } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return { holder: JSON.parse(text), text };
  } catch {
    throw new EnvironmentError(`${path} is no lock of ecar-pool`, 'remove it where no deploy is at work');
  }
}

/** What runs on another host cannot be seen from here, and counts as running. */
async function isHeld({ host, pid, process: identity }: Holder): Promise<boolean> {
  return host !== hostname() || isProcessAlive(pid, identity);
}

/**
 * Removes a lock that was judged to be of the dead. Two may want to at once, and the slower one must not remove what
 * the other has taken by then: so only who holds the guard removes.
 */
async function removeAbandoned(path: string, judged: string, staged: string): Promise<boolean> {
  const guard = `${path}.guard`;
  if (!(await linked(staged, guard))) {
    const since = (await stat(guard).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - since > GUARD_MS) await rm(guard, { force: true });
    await sleep(20);
    return false;
  }
  try {
    if ((await readLock(path))?.text !== judged) return false;
    await rm(path, { force: true });
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

/** What takes a moment: a guard that is older was left by a process that was killed just then. */
const GUARD_MS = 10_000;

function describe({ command, pid, since }: Holder): string {
  return `the ${command} that began at ${since} (pid ${pid})`;
}

function explainHeld(holder: Holder, shownFolder: string, path: string): EnvironmentError {
  const isHere = holder.host === hostname();
  return new EnvironmentError(
    `${shownFolder} is being worked on: ${describe(holder)}${isHere ? '' : ` on the host ${holder.host}`}`,
    isHere ? 'wait for it to end' : `wait for it to end; where it is gone, remove ${path}`,
  );
}
