import { readFile } from 'node:fs/promises';

/** What tells a process from another one that got its number later, even after a reboot; where the system says. */
export async function identifyProcess(pid: number): Promise<string | undefined> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // proc(5): the name may hold anything, a parenthesis too; the start time is the 20th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${boot.trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

/**
 * Whether a process of this host still runs.
 * @param identity what `identifyProcess` gave when it was known to run; without it the number alone decides
 */
export async function isProcessAlive(pid: number, identity: string | undefined): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return identity === undefined || (await identifyProcess(pid)) === identity;
}
