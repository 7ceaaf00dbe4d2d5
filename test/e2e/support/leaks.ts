import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The secrets that a text holds. */
export function findLeaks(text: string, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => text.includes(secret));
}

/** Every command line that `ps` could have shown to anyone while something ran. */
export async function watchArgv(running: Promise<unknown>): Promise<string[]> {
  const seen = new Set<string>();
  let isOver = false;
  const over = running.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    for (const line of lines) seen.add(line.replaceAll('\0', ' '));
    await sleep(1);
  }
  await over;
  return [...seen];
}

/** Files below a folder that hold a secret and that other users of the host can reach. */
export async function openFilesWith(folder: string, secrets: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    if (findLeaks(text, secrets).length > 0 && (await isReachable(path, folder))) found.push(path);
  }
  return found;
}

/** Whether nothing on the way, from the folder down to the file, is for its owner alone. */
async function isReachable(path: string, folder: string): Promise<boolean> {
  if (path === folder) return true;
  if (((await stat(path)).mode & 0o077) === 0) return false;
  return isReachable(dirname(path), folder);
}
