import { rename, rm } from 'node:fs/promises';
import { writeFlushed } from '../plan/flush.ts';

/** Puts a small private file in place of another one, whole or not at all. */
export async function replaceWhole(path: string, text: string): Promise<void> {
  const staged = `${path}.tmp`;
  await rm(staged, { force: true });
  await writeFlushed(staged, text, 0o600);
  await rename(staged, path);
}
