import { existsSync, readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export type Files = ReadonlyMap<string, string>;

const isStaging = (path: string) => path.startsWith('.ecar-pool-staging-');
const isStamp = (path: string) => path === '.ecar-pool-stamp.json' || path.startsWith('.ecar-pool/');

/** The rendered files of an output folder by path, without stamp and staging; none where there is no folder. */
export async function readFiles(folder: string): Promise<Files> {
  if (!existsSync(folder)) return new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !isStaging(path) && !isStamp(path))
    .sort();
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const)),
  );
}

/** Whether a render is, or was, at work in the folder. */
export function hasStaging(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some(isStaging);
}

export function isSame(left: Files, right: Files): boolean {
  return left.size === right.size && [...left].every(([path, text]) => right.get(path) === text);
}
