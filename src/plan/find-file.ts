import { access, constants, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** What lies on the disk under a name, or would. */
export interface FoundFile {
  readonly path: string;
  /** Undefined where there is no such file yet. */
  readonly bytes: Buffer | undefined;
  readonly owner: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Finds the file that `path` stands for, symlinks followed, and reads it. Rejects with the error of the file
 * system, or with code ENOTFILE where there is a directory, a device or the like; also where
 * its folder takes no new file, which `replaceFile` needs.
 */
export async function findFile(path: string): Promise<FoundFile> {
  const target = await followLinks(resolve(path));
  await access(dirname(target), constants.W_OK);
  try {
    const found = await stat(target);
    if (!found.isFile()) throw Object.assign(new Error('not a regular file'), { code: 'ENOTFILE' });
    const owner = { mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
    return { path: target, bytes: await readFile(target), owner };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { path: target, bytes: undefined, owner: undefined };
  }
}

/** Like realpath, but a link whose target does not exist yet is followed too. */
async function followLinks(path: string, depth = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || depth > 40) throw error;
  }
  const target = await readlink(path).catch(() => undefined);
  return target === undefined ? path : followLinks(resolve(dirname(path), target), depth + 1);
}
