import { lstat, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError, RefusedError } from '../problems/errors.ts';
import { hasMark } from '../writers/rendering.ts';
import type { Change } from './change.ts';
import { type FilePlan, FOLDER_MODE, type PlannedFile, SUBFOLDER_MODE } from './file-plan.ts';
import { foldersOf } from './folders-of.ts';
import { readManifest } from './manifest.ts';
import { hashText, MANIFEST_PATH } from './plan-files.ts';

/**
 * What applying a plan would do to a folder, one change a file, in the order of the plan; files that an
 * earlier render left and this one has no more come last. Reads only.
 */
export async function comparePlan(plan: FilePlan, folder: string): Promise<Change[]> {
  const known = readManifest((await readIfThere(join(folder, MANIFEST_PATH)))?.text);
  const planned = new Set(plan.map(({ path }) => path));
  const changes = await Promise.all(plan.map((file) => compareFile(file, folder, known.get(file.path))));
  const orphans = [...known.keys()].filter((path) => !planned.has(path) && path !== MANIFEST_PATH);
  const removals = await Promise.all(orphans.map((path) => compareOrphan(path, folder, known.get(path))));
  return [...changes, ...removals.filter((change) => change !== undefined)];
}

/** What leads from one set of files to another one, wherever they lie: by their texts alone. */
export function compareSets(before: FilePlan, after: FilePlan): Change[] {
  const old = new Map(before.map(({ path, text }) => [path, text]));
  const planned = new Set(after.map(({ path }) => path));
  const change = (path: string, to: PlannedFile | undefined): Change => {
    const from = old.get(path);
    const kind = to === undefined ? 'remove' : from === undefined ? 'create' : 'update';
    const isSame = from !== undefined && from === to?.text;
    return { kind: isSame ? 'unchanged' : kind, path, foreign: false, cause: '', before: from, after: to };
  };
  const removed = before.filter(({ path }) => !planned.has(path));
  return [
    ...after.map((file) => change(file.path, file)),
    ...removed.map(({ path }) => change(path, undefined)),
  ];
}

async function compareFile(
  file: PlannedFile,
  folder: string,
  knownHashes: readonly string[] | undefined,
): Promise<Change> {
  const found = await readIfThere(join(folder, file.path));
  const { path } = file;
  if (found === undefined)
    return {
      kind: 'create',
      path,
      foreign: false,
      cause: 'there is none yet',
      before: undefined,
      after: file,
    };
  const { text: before, mode } = found;
  // What is as it should be is nobody else's, even where no manifest tells.
  const foreign = path !== MANIFEST_PATH && before !== file.text && !isOurs(before, knownHashes);
  const update = (cause: string): Change => ({ kind: 'update', path, foreign, cause, before, after: file });
  if (before !== file.text) {
    const isEdited = knownHashes !== undefined && !knownHashes.includes(hashText(before));
    if (isEdited) return update('it was changed since it was rendered');
    return update(foreign ? 'another file is in its place' : 'the settings changed');
  }
  const wrong = explainMode('its mode', mode, file.mode) ?? (await explainFolderMode(path, folder));
  if (wrong !== undefined) return update(wrong);
  return { kind: 'unchanged', path, foreign: false, cause: 'up to date', before, after: file };
}

/**
 * What is wrong with the modes of the folders that a file lies in: they decide whether the container's user can
 * read it, and whether other users of the host can. The output folder itself is told of with the manifest.
 */
async function explainFolderMode(path: string, folder: string): Promise<string | undefined> {
  if (path === MANIFEST_PATH)
    return explainMode("its folder's mode", (await stat(folder)).mode & 0o7777, FOLDER_MODE);
  for (const part of foldersOf(path)) {
    const { mode } = await stat(join(folder, part));
    const wrong = explainMode(`the mode of ${part}/`, mode & 0o7777, SUBFOLDER_MODE);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Windows knows no such modes. */
function explainMode(what: string, found: number, wanted: number): string | undefined {
  if (found === wanted || process.platform === 'win32') return undefined;
  const octal = (mode: number) => mode.toString(8).padStart(4, '0');
  return `${what} is ${octal(found)}, not ${octal(wanted)}`;
}

/** An orphan goes only if it is there and still ours: what the manifest says is not trusted. */
async function compareOrphan(
  path: string,
  folder: string,
  knownHashes: readonly string[] | undefined,
): Promise<Change | undefined> {
  const found = await readIfThere(join(folder, path));
  if (found === undefined || !isOurs(found.text, knownHashes)) return undefined;
  return {
    kind: 'remove',
    path,
    foreign: false,
    cause: 'the settings need it no more',
    before: found.text,
    after: undefined,
  };
}

/** A rendered file's text and permission bits; undefined where there is none. */
async function readIfThere(path: string): Promise<{ text: string; mode: number } | undefined> {
  try {
    const found = await lstat(path);
    if (!found.isFile())
      throw new RefusedError(`${path} is no plain file`, 'move it away, or render elsewhere with --out');
    return { text: await readFile(path, 'utf8'), mode: found.mode & 0o7777 };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR')
      throw new RefusedError(
        `a file stands where ${path} needs a folder`,
        'move it away, or render elsewhere with --out',
      );
    if (code === 'EACCES')
      throw new EnvironmentError(`${path} may not be read by this user`, 'run as the user who rendered it', {
        cause: error,
      });
    throw error;
  }
}

/** Whether we rendered a file: it carries the mark, or, where its format has no place for one, it is as it was. */
function isOurs(text: string, knownHashes: readonly string[] = []): boolean {
  return hasMark(text) || knownHashes.includes(hashText(text));
}
