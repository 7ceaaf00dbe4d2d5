import { isUtf8 } from 'node:buffer';
import { type ChildProcess, spawn } from 'node:child_process';
import { InterruptedError } from '../problems/errors.ts';

/** How long a password manager may take, somebody who unlocks it included. */
const LIMIT_MS = 60_000;
/** After that, people are told what is waited for. */
const QUIET_MS = 1000;
/** More is no secret. */
const MAX_BYTES = 64 * 1024;

/** What a command that gives a secret runs in. */
export interface CommandWorld {
  /** The folder of the settings file. */
  readonly root: string;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Tells people what is waited for. */
  readonly onWait?: ((text: string) => void) | undefined;
}

/** What a command gave, or why that is no secret, to follow `the command NAME`. */
export type CommandOutcome = { readonly value: string } | { readonly failure: string; readonly hint: string };

/**
 * Runs the program that prints a secret, without a shell and with an empty standard input. One newline at the end of
 * what it prints is dropped. Its standard error is told where it fails, without the secret; its output never.
 * Rejects with InterruptedError on the signal, once the program is gone.
 * @param argv the program and its arguments
 */
export function runSecretCommand(argv: readonly string[], world: CommandWorld): Promise<CommandOutcome> {
  const { root, env = {}, signal, onWait } = world;
  const [program = '', ...args] = argv;
  if (signal?.aborted) return Promise.reject(new InterruptedError());
  return new Promise((resolve, reject) => {
    const isGrouped = process.platform !== 'win32';
    const child = spawn(program, args, {
      cwd: root,
      env: { ...env },
      detached: isGrouped,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = () => kill(child, isGrouped);
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      end();
    }, LIMIT_MS);
    const quiet = setTimeout(() => onWait?.(`waiting for ${program} to give a secret ...`), QUIET_MS);
    signal?.addEventListener('abort', end);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const settle = () => {
      clearTimeout(limit);
      clearTimeout(quiet);
      signal?.removeEventListener('abort', end);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      const why =
        error.code === 'ENOENT' ? 'was not found on the PATH' : `could not be started (${error.code})`;
      resolve({ failure: why, hint: 'install it, or correct the name: the first word is the program' });
    });
    child.on('close', (code) => {
      settle();
      if (signal?.aborted) reject(new InterruptedError());
      else if (isLate)
        resolve({ failure: `gave nothing within ${LIMIT_MS / 1000} s`, hint: 'unlock what it asks first' });
      else resolve(judge(code, stdout(), stderr()));
    });
  });
}

function judge(code: number | null, stdout: Buffer, stderr: Buffer): CommandOutcome {
  const value = stdout.toString('utf8').replace(/\r?\n$/, '');
  if (code !== 0) {
    const words = lastWords(stderr.toString('utf8'), value);
    const ended = code === null ? 'was ended by a signal' : `ended with ${code}`;
    return {
      failure: `${ended}${words === '' ? '' : `: ${words}`}`,
      hint: 'run it by hand in the folder of the settings',
    };
  }
  if (value === '') return { failure: 'printed nothing', hint: 'run it by hand to see why' };
  if (!isUtf8(stdout) || stdout.length >= MAX_BYTES)
    return { failure: 'printed something that is no password', hint: 'have it print the secret and no more' };
  return { value };
}

/** The end of what a program complained of, in a line, without what it had printed before. */
function lastWords(text: string, secret: string): string {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  const shown = secret === '' ? line : line.replaceAll(secret, '[redacted]');
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}

function kill(child: ChildProcess, isGrouped: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (isGrouped) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It is gone already.
  }
}

function collect(stream: NodeJS.ReadableStream): () => Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < MAX_BYTES) chunks.push(chunk.subarray(0, MAX_BYTES - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks);
}
