import { spawn } from 'node:child_process';

/** How a program ended, and all that it said. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The exit code that is right; any other one rejects. */
  readonly code?: number | 'any';
  readonly timeoutMs?: number;
}

/** Runs a program in its own process group, and ends the whole group when its time is up. */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const { cwd, env = {}, input, code: expected = 0, timeoutMs = 90_000 } = options;
  const line = [program, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, detached: true });
    const streams = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        streams[name] += text;
      });
    }
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(new Error(`\`${line}\` did not end within ${timeoutMs} ms\n${streams.stdout}${streams.stderr}`));
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (ended) => {
      clearTimeout(timer);
      const code = ended ?? 128;
      if (expected === 'any' || code === expected) resolve({ code, ...streams });
      else
        reject(
          new Error(`\`${line}\` ended with ${code}, not ${expected}\n${streams.stdout}${streams.stderr}`),
        );
    });
  });
}
