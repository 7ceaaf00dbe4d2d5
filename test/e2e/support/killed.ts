import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { inject } from 'vitest';
import type { Project } from './project.ts';

/** When to kill: some milliseconds, fractions count, after the start or after something has come true. */
export interface Moment {
  readonly delayMs: number;
  readonly after?: (pid: number) => boolean;
}

/** Starts `ecar-pool` and kills it without warning. One that ends sooner is fine, too. */
export async function startAndKill(project: Project, args: readonly string[], moment: Moment): Promise<void> {
  const main = `${inject('installed')}/dist/main.cjs`;
  const child = spawn(process.execPath, [main, ...args], { cwd: project.folder, stdio: 'ignore' });
  const ended = once(child, 'close');
  const { delayMs, after = () => true } = moment;
  while (child.exitCode === null && !after(child.pid ?? 0)) await turn();
  const due = performance.now() + delayMs;
  // A timer would be up to a millisecond late, and the renames take no longer than that.
  while (child.exitCode === null && performance.now() < due) await turn();
  child.kill('SIGKILL');
  await ended;
}
