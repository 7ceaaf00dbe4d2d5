import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EnvironmentError } from '../problems/errors.ts';

/**
 * Creates a file whole or not at all, and never in place of one that is there.
 * @returns whether it was created; false where there was one already
 */
export async function createFile(path: string, text: string, mode: number): Promise<boolean> {
  const staged = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(staged, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link, unlike a rename, fails where the name is taken.
    await link(staged, path);
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && syscall === 'link') return false;
    throw new EnvironmentError(
      `${path} could not be written (${code})`,
      'check the folder, its owner and mode, and the disk space',
      { cause: error },
    );
  } finally {
    await rm(staged, { force: true });
  }
}
