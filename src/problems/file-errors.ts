import { EnvironmentError } from './errors.ts';

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['there is no such file or folder', 'check the path'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'check the path'],
  EEXIST: ['a file stands where a folder is needed', 'move it away, or choose another place'],
  EISDIR: ['it is a folder', 'name the file in it'],
  ENOTFILE: ['it is no regular file', 'name a regular file'],
  ENOWRITER: ['it is a pipe (FIFO), and no program writes to it', 'start the program that does'],
  ELOOP: ['its symlinks lead in a circle', 'correct the symlinks'],
  EACCES: ['this user may not do that', 'check the owner and mode of the file and its folder'],
  EPERM: ['this user may not do that, or not keep its owner', 'run it as the owner of the file'],
  EROFS: ['the file system is read-only', 'choose another place'],
  ENOSPC: ['the disk is full', 'make room'],
  ERR_FS_FILE_TOO_LARGE: ['it is larger than 2 GiB', 'split it'],
};

/**
 * Turns what the file system rejected with into an EnvironmentError (exit 3) that names the file as the user
 * did; gives back unchanged what is no error of the file system.
 */
export function explainFileError(error: unknown, path: string, action: 'read' | 'write'): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === undefined) return error;
  const [reason, hint] = REASONS[code] ?? [`the system says ${code}`, 'check the file and its folder'];
  return new EnvironmentError(`cannot ${action} ${path}: ${reason}`, hint, { cause: error });
}
