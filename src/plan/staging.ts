import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const STAGING = '.ecar-pool-staging-';

/** Where this process puts what is not yet in place: a folder or a file of this name, in the output folder. */
export function stagingPath(folder: string): string {
  return join(folder, `${STAGING}${process.pid}`);
}

/** What a killed render left; that of a running one stays. */
export async function removeStaleStaging(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(STAGING) && !isRunning(Number(name.slice(STAGING.length)))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
