import { chmod, copyFile, lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { EnvironmentError, InterruptedError, RefusedError } from '../problems/errors.ts';
import type { Change } from './change.ts';
import { FOLDER_MODE, SUBFOLDER_MODE } from './file-plan.ts';
import { flushFolder, writeFlushed } from './flush.ts';
import { foldersOf } from './folders-of.ts';
import { spanManifests } from './manifest.ts';
import { MANIFEST_PATH } from './plan-files.ts';
import { removeStaleStaging, stagingPath } from './staging.ts';
import { removeStamp } from './stamp.ts';

/**
 * Brings a folder in line with a plan: all new files are written and flushed beside the old ones first, then
 * put in place by renames, first a manifest that lists old and new ones, last the one that lists the new. A failure
 * on the way puts back what was there. Killed between two renames it leaves files that no settings give, which
 * `verify` refuses and the next render mends.
 * @param changes as `comparePlan` gives them; with none to make, nothing is written at all, and only what a
 *   killed render left is cleared away
 * @throws RefusedError when a foreign file is in the way and `force` is not set
 */
export async function applyChanges(
  changes: readonly Change[],
  folder: string,
  options: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const pending = inOrder(changes.filter(({ kind }) => kind !== 'unchanged'));
  refuseForeign(pending, folder, options.force);
  try {
    if (pending.length === 0) {
      await removeStaleStaging(folder);
      return;
    }
    await mkdir(folder, { recursive: true });
    if (!options.force) await refuseStrangeFolder(folder, changes);
    // Only its owner enters: below, files are readable for the uid that the container runs as.
    await chmod(folder, FOLDER_MODE);
    await removeStaleStaging(folder);
    await removeStamp(folder);
    const staging = stagingPath(folder);
    await mkdir(staging, { mode: 0o700 });
    try {
      await stage(pending, staging, options.signal);
      await putInPlace(pending, folder, staging);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  } catch (error) {
    throw explainFailure(error, folder);
  }
}

/**
 * Refuses, before anything is written, what `applyChanges` would refuse.
 * @throws RefusedError
 */
export async function refuseStrange(changes: readonly Change[], folder: string): Promise<void> {
  const pending = changes.filter(({ kind }) => kind !== 'unchanged');
  refuseForeign(pending, folder, false);
  await refuseStrangeFolder(folder, pending).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw explainFailure(error, folder);
  });
}

/**
 * Removals come before the manifest that lists them no more: a render killed in between would never find them again.
 * They too may have no mark, so before all of it comes the manifest that vouches for both states.
 */
function inOrder(changes: readonly Change[]): Change[] {
  const isRemoval = ({ kind }: Change) => kind === 'remove';
  const last = changes.find(({ path }) => path === MANIFEST_PATH);
  const first = last?.after && {
    ...last,
    after: { ...last.after, text: spanManifests(last.before, last.after.text) },
  };
  return [
    ...(first ? [first] : []),
    ...changes.filter(isRemoval),
    ...changes.filter((change) => !isRemoval(change)),
  ];
}

function refuseForeign(pending: readonly Change[], folder: string, force: boolean): void {
  const foreign = pending.filter((change) => change.foreign);
  if (foreign.length === 0 || force) return;
  const paths = foreign.map(({ path }) => join(folder, path)).join(', ');
  throw new RefusedError(
    `${paths} ${foreign.length === 1 ? 'was' : 'were'} not rendered by ecar-pool, or changed since`,
    'move what is there away, render elsewhere with --out, or overwrite it with --force',
  );
}

/** A folder that somebody uses for something else is not ours to close to other users. */
async function refuseStrangeFolder(folder: string, changes: readonly Change[]): Promise<void> {
  const ours = new Set(changes.map(({ path }) => path.split('/')[0]));
  const found = await readdir(folder);
  if (found.length === 0 || found.some((name) => name.startsWith('.ecar-pool') || ours.has(name))) return;
  throw new RefusedError(
    `${folder} is not empty, and nothing in it was rendered by ecar-pool`,
    'render to an empty folder or a new one with --out, or use this one all the same with --force',
  );
}

async function stage(pending: readonly Change[], staging: string, signal: AbortSignal): Promise<void> {
  for (const [index, { after }] of pending.entries()) {
    if (signal.aborted) throw new InterruptedError();
    if (after === undefined) continue;
    // The umask may have taken bits away that the container's user needs.
    const { text, mode } = after;
    await writeFlushed(join(staging, `${index}.new`), text, mode, (file) => file.chmod(mode));
  }
}

/** From here on a signal waits: what is left takes a moment, and stopping half-way helps nobody. */
async function putInPlace(pending: readonly Change[], folder: string, staging: string): Promise<void> {
  for (const [index, { path, before }] of pending.entries()) {
    await makeFolders(path, folder);
    if (before !== undefined) await copyFile(join(folder, path), join(staging, `${index}.old`));
  }
  const done: number[] = [];
  try {
    for (const [index, { path, after }] of pending.entries()) {
      if (after === undefined) await rm(join(folder, path));
      else await rename(join(staging, `${index}.new`), join(folder, path));
      done.push(index);
    }
    const folders = new Set(pending.map(({ path }) => dirname(join(folder, path))));
    for (const changed of [...folders, folder]) await flushFolder(changed);
  } catch (error) {
    for (const index of done.reverse()) await putBack(pending[index], folder, join(staging, `${index}.old`));
    throw error;
  }
}

async function putBack(change: Change | undefined, folder: string, saved: string): Promise<void> {
  if (change === undefined) return;
  if (change.before === undefined) await rm(join(folder, change.path), { force: true });
  else await rename(saved, join(folder, change.path));
}

/** The folders of a file, open for the container's user; a link that leads out of the folder is refused. */
async function makeFolders(path: string, folder: string): Promise<void> {
  for (const part of foldersOf(path).reverse()) {
    const at = join(folder, part);
    await mkdir(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if ((await lstat(at)).isSymbolicLink() && !isBelow(await realpath(at), await realpath(folder))) {
      throw new RefusedError(`${at} is a link that leads out of ${folder}`, 'remove the link');
    }
    await chmod(at, SUBFOLDER_MODE);
  }
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

function explainFailure(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const hint = HINTS[code ?? ''];
  if (hint === undefined) return error;
  return new EnvironmentError(`${folder} could not be written (${code}); it is as it was`, hint, {
    cause: error,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'check the owner and mode of the folder',
  EPERM: 'check the owner and mode of the folder',
  EROFS: 'the file system is read-only: render elsewhere with --out',
  ENOSPC: 'free some disk space',
  EDQUOT: 'free some of your quota',
  ENOTDIR: 'a file stands where a folder is needed: move it away, or render elsewhere with --out',
  EEXIST: 'another render is at work in this folder: wait for it',
};
