import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { explainFileError } from '../problems/file-errors.ts';
import type { FoundFile } from './find-file.ts';
import { flushFolder, writeFlushed } from './flush.ts';

/**
 * Creates a file whole or not at all, and never in place of one that is there. Throws EnvironmentError.
 * @returns whether it was created; false where there was one already
 */
export async function createFile(path: string, text: string, mode: number): Promise<boolean> {
  const staged = stagedBeside(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFlushed(staged, text, mode);
    // A link, unlike a rename, fails where the name is taken.
    await link(staged, path);
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && syscall === 'link') return false;
    throw explainFileError(error, path, 'write');
  } finally {
    await rm(staged, { force: true });
  }
}

/**
 * Puts `content` in place of a file that `findFile` found: whoever reads it sees the old content or the new,
 * and after a failure the old one is there untouched. Mode, owner and group stay; a new file gets 0600. The
 * rename makes a new inode, which PgBouncer needs: it skips a reload of a file whose inode, size and second
 * of change are the same. Rejects with the error of the file system.
 */
export async function replaceFile({ path, owner }: FoundFile, content: Buffer): Promise<void> {
  const staged = stagedBeside(path);
  try {
    await writeFlushed(staged, content, 0o600, owner && ((file) => keepOwner(file, owner)));
    await rename(staged, path);
  } finally {
    await rm(staged, { force: true });
  }
  await flushFolder(dirname(path));
}

/** What a kill leaves behind is named after the file, so that what keeps `.env.*` from Git keeps it, too. */
function stagedBeside(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`;
}

/** Without this, a file rewritten by root would no longer be readable for PgBouncer's user. */
async function keepOwner(file: FileHandle, owner: NonNullable<FoundFile['owner']>): Promise<void> {
  const { uid, gid } = await file.stat();
  if (uid !== owner.uid || gid !== owner.gid) await file.chown(owner.uid, owner.gid);
  await file.chmod(owner.mode);
}
