import { randomBytes } from 'node:crypto';
import {
  access,
  constants,
  type FileHandle,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

interface FoundFile {
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

/**
 * Puts `content` in place of a file that `findFile` found: whoever reads it sees the old content or the new,
 * and after a failure the old one is there untouched. Mode, owner and group stay; a new file gets 0600. The
 * rename makes a new inode, which PgBouncer needs: it skips a reload of a file whose inode, size and second
 * of change are the same. Rejects with the error of the file system.
 */
export async function replaceFile(file: FoundFile, content: Buffer): Promise<void> {
  const folder = dirname(file.path);
  const temporary = join(folder, `.ecar-pool-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      if (file.owner) await keepOwner(handle, file.owner);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file.path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Without this, a file rewritten by root would no longer be readable for PgBouncer's user. */
async function keepOwner(
  handle: FileHandle,
  owner: { mode: number; uid: number; gid: number },
): Promise<void> {
  const { uid, gid } = await handle.stat();
  if (uid !== owner.uid || gid !== owner.gid) await handle.chown(owner.uid, owner.gid);
  await handle.chmod(owner.mode);
}

/** Makes the rename itself survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
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
