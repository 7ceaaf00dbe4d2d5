import { type FileHandle, open } from 'node:fs/promises';

/**
 * Writes a new file, all of it on the disk when this resolves.
 * @param mode what the umask lets through of it
 * @param adjust gives the file its owner, or a mode that no umask cuts, before that
 */
export async function writeFlushed(
  path: string,
  content: string | Buffer,
  mode: number,
  adjust?: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await adjust?.(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the renames in a folder last through a power cut. Windows cannot open a folder. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
