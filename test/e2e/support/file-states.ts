import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Every file below a folder, by its path: what changes when anything writes it, even with the same bytes. */
export async function fileStates(folder: string): Promise<Record<string, string>> {
  const states: Record<string, string> = {};
  for (const path of ['.', ...(await readdir(folder, { recursive: true }))].sort()) {
    const { ino, mtimeMs, ctimeMs, mode } = await lstat(join(folder, path));
    states[relative('.', path) || '.'] = `inode ${ino}, mode ${mode.toString(8)}, ${mtimeMs}, ${ctimeMs}`;
  }
  return states;
}
