import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { InterruptedError } from '../problems/errors.ts';

/** How to run a program, and how long it may take. */
export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Infinity for none. */
  readonly timeoutMs: number;
  /** Aborting it ends the program. */
  readonly signal: AbortSignal;
  /** What the program reads from its standard input; nothing where it is left out. */
  readonly stdin?: string | Readable | undefined;
  /** Where its standard output goes instead of into the result; ended with the program. */
  readonly stdout?: Writable | undefined;
  /** Applied to stderr, which is text for people. */
  readonly redact: (text: string) => string;
  /** Told the id of the process, which is that of its group, too. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** How a program ended. */
export interface RunResult {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  /** Data, exactly as written: it may hold secrets, so quote none of it unredacted. */
  readonly stdout: string;
  /** Text for people, redacted. */
  readonly stderr: string;
  /** Whether it was ended because its time was up. */
  readonly timedOut: boolean;
  readonly ms: number;
}

/** How much of each stream is kept; the rest is read and dropped, so that the program never blocks on it. */
const MAX_BYTES = 16 * 1024 * 1024;
/** How long a program may take to end after SIGTERM. */
const GRACE_MS = 1500;
/** How long the streams of a killed program may stay open, held by a child of its that escaped. */
const DRAIN_MS = 300;

/**
 * Runs one program without a shell, as the leader of its own process group: `docker compose` is a child of
 * `docker`, and killing only the parent leaves the plugin at work. Rejects with the spawn's own error
 * (`code` ENOENT, EACCES) or, after the program has ended, with InterruptedError or with what a stream that was
 * given failed with, such as ENOSPC, which ends the program.
 */
export function run(program: string, argv: readonly string[], options: RunOptions): Promise<RunResult> {
  if (options.signal.aborted) return Promise.reject(new InterruptedError());
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const grouped = process.platform !== 'win32';
    const child = spawn(program, argv, {
      cwd: options.cwd,
      env: options.env,
      detached: grouped,
      windowsHide: true,
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const sink = options.stdout;
    const stdout = sink === undefined ? collect(child.stdout) : () => '';
    const stderr = collect(child.stderr);

    let timedOut = false;
    let ending = false;
    let broken: { readonly error: unknown } | undefined;
    const timers = new Set<NodeJS.Timeout>();
    const after = (ms: number, act: () => void) => timers.add(setTimeout(act, ms));
    const end = () => {
      ending = true;
      kill(child, 'SIGTERM', grouped);
      after(GRACE_MS, () => kill(child, 'SIGKILL', grouped));
    };
    if (Number.isFinite(options.timeoutMs))
      after(options.timeoutMs, () => {
        timedOut = true;
        end();
      });
    const failWith = (error: unknown) => {
      broken ??= { error };
      if (!ending) end();
    };
    sink?.on('error', failWith);
    if (sink !== undefined) child.stdout?.pipe(sink);
    // A program that ends before it has read everything closes the pipe; its exit code says why.
    child.stdin?.on('error', () => {});
    if (typeof options.stdin === 'object' && child.stdin !== null)
      options.stdin.on('error', failWith).pipe(child.stdin);
    else child.stdin?.end(options.stdin);
    options.signal.addEventListener('abort', end, { once: true });
    // Where this process ends first, as on a second Ctrl-C, nothing of the program must outlive it.
    const killNow = () => kill(child, 'SIGKILL', grouped);
    process.once('exit', killNow);
    const settle = () => {
      for (const timer of timers) clearTimeout(timer);
      options.signal.removeEventListener('abort', end);
      process.removeListener('exit', killNow);
      if (typeof options.stdin === 'object') options.stdin.destroy();
    };

    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('exit', () => {
      if (!ending) return;
      // The leader is gone; what is left of its group must not outlive it.
      kill(child, 'SIGKILL', grouped);
      after(DRAIN_MS, () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      });
    });
    child.on('close', async (code) => {
      settle();
      // What came before a kill is written, too, but nobody waits for more.
      sink?.end();
      if (sink !== undefined)
        await finished(sink).catch((error: unknown) => {
          broken ??= { error };
        });
      if (options.signal.aborted) {
        reject(new InterruptedError());
        return;
      }
      if (broken !== undefined) {
        reject(broken.error);
        return;
      }
      const ms = Math.round(performance.now() - began);
      resolve({
        code: code ?? undefined,
        stdout: stdout(),
        stderr: options.redact(stderr()),
        timedOut,
        ms,
      });
    });
  });
}

/** Sends a signal to the whole group, where there is one; a group that is gone already is fine. */
function kill(child: ChildProcess, signal: NodeJS.Signals, grouped: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (grouped) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // Nothing is left to end.
  }
}

/** Keeps what a stream yields, up to MAX_BYTES; the returned function gives it as text. */
function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (size < MAX_BYTES) chunks.push(chunk.subarray(0, MAX_BYTES - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
