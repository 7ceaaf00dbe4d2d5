import { createHash } from 'node:crypto';
import { lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sources } from '../stack/sources.ts';
import { type FilePlan, FOLDER_MODE, SUBFOLDER_MODE } from './file-plan.ts';
import { foldersOf } from './folders-of.ts';
import { stagingPath } from './staging.ts';

/** Names the very build of this program: another one may render other files. */
declare const __BUILD__: string;

const STAMP_PATH = '.ecar-pool-stamp.json';

/** What a render was asked for: the settings file, absolute, and the environment where one was named. */
interface Asked {
  readonly config: string;
  readonly env: string | undefined;
}

interface Stamp {
  readonly environment: string;
  readonly sources: Sources;
  /** The rendered files, in the order of the plan. */
  readonly files: readonly string[];
  /** Over all that was read, and all that was rendered from it. */
  readonly digest: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Says whether a render would change nothing, without reading YAML or building a model: everything that the
 * last one read, and everything that it wrote, is as it was then, to the byte and the mode.
 * @returns the environment and the rendered files; undefined where only a render can tell
 */
export async function readStamp(
  folder: string,
  asked: Asked,
  env: Variables,
): Promise<Pick<Stamp, 'environment' | 'files'> | undefined> {
  try {
    const stamp: Stamp = JSON.parse(await readFile(join(folder, STAMP_PATH), 'utf8'));
    const [sources, outputs] = await Promise.all([
      Promise.all(stamp.sources.files.map((path) => look(path))),
      Promise.all(withFolders(stamp.files).map((path) => look(join(folder, path)))),
    ]);
    return stamp.digest === digest(folder, asked, stamp, env, [...sources, ...outputs]) ? stamp : undefined;
  } catch {
    // It is missing, or not of this program, or something is in the way: the render itself will say.
    return undefined;
  }
}

/**
 * Vouches for a folder that was just brought in line with a plan.
 * @param since when this program started, in milliseconds of the epoch: what was written later may have been
 *   read before, and is not vouched for
 */
export async function writeStamp(
  folder: string,
  asked: Asked,
  rendered: { readonly environment: string; readonly sources: Sources; readonly plan: FilePlan },
  world: { readonly env: Variables; readonly since: number },
): Promise<void> {
  const { environment, sources, plan } = rendered;
  const files = plan.map(({ path }) => path);
  const planned = new Map(plan.map(({ path, mode, text }) => [path, describe(mode, text)]));
  const outputs = withFolders(files).map(
    (path) => planned.get(path) ?? describe(path === '.' ? FOLDER_MODE : SUBFOLDER_MODE),
  );
  const staged = stagingPath(folder);
  try {
    const read = await Promise.all(sources.files.map((source) => look(source, world.since)));
    const stamp = { environment, sources, files };
    const text = JSON.stringify({
      ...stamp,
      digest: digest(folder, asked, stamp, world.env, [...read, ...outputs]),
    });
    await writeFile(staged, text, { mode: 0o600, flag: 'wx' });
    await rename(staged, join(folder, STAMP_PATH));
  } catch {
    // Without a stamp the next render takes longer, and that is all.
    await rm(staged, { force: true });
  }
}

/** Must come before any change to the folder: a render that is killed leaves no stamp. */
export async function removeStamp(folder: string): Promise<void> {
  await rm(join(folder, STAMP_PATH), { force: true });
}

function digest(
  folder: string,
  asked: Asked,
  { environment, sources, files }: Omit<Stamp, 'digest'>,
  env: Variables,
  seen: readonly string[],
): string {
  const prefixed = Object.keys(env)
    .filter((name) => name.startsWith(sources.prefix))
    .sort();
  const variables = [...sources.variables, ...prefixed].map((name) => [name, env[name] ?? null]);
  const all = [
    __BUILD__,
    folder,
    asked.config,
    asked.env ?? null,
    environment,
    sources,
    files,
    variables,
    seen,
  ];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** The paths and every folder that they lie in, the output folder being `.`. */
function withFolders(paths: readonly string[]): string[] {
  const folders = new Set(['.']);
  for (const path of paths) for (const part of foldersOf(path)) folders.add(part);
  return [...folders, ...paths];
}

/** @throws where something other than a file or a folder is there, or it changed after `before` */
async function look(path: string, before = Number.POSITIVE_INFINITY): Promise<string> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return 'missing';
  if (found.ctimeMs >= before || !(found.isFile() || found.isDirectory()))
    throw new Error(`${path} is not vouched for`);
  return describe(found.mode & 0o7777, found.isFile() ? await readFile(path) : undefined);
}

/** A file by its mode and text, or a folder. Windows knows no such modes. */
function describe(mode: number, text?: string | Uint8Array): string {
  const content = text === undefined ? 'folder' : createHash('sha256').update(text).digest('hex');
  return `${process.platform === 'win32' ? 0 : mode} ${content}`;
}
