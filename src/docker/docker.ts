import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { childEnvironment } from './child-env.ts';
import { diagnoseSpawn } from './diagnose.ts';
import { createRedact } from './redact.ts';
import { type RunResult, run } from './run.ts';

/** What a session with docker is set up with. */
export interface DockerOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Names that the rendered `.env` carries; docker must not see this process's values of them. */
  readonly hidden: Iterable<string>;
  readonly secrets: Iterable<string>;
  /** When every call must have ended, on the clock of `performance.now()`; Infinity for no limit. */
  readonly deadline: number;
}

/** A session with docker: every call shares one time limit and one way to be ended. */
export interface Docker {
  /**
   * Runs `docker` (or, to detect Compose v1, another program) with an argv. A call that fails still resolves;
   * rejects with EnvironmentError where the program cannot be started, with InterruptedError on a signal, and with
   * the error of a stream that was given.
   */
  call(argv: readonly string[], options?: CallOptions): Promise<RunResult>;
  /** Blanks the secrets in a text that is about to be shown. */
  redact(text: string): string;
  /** What is left of the time limit, in milliseconds; never negative. */
  remainingMs(): number;
  /** Ends every call that still runs; each rejects with InterruptedError once its program is gone. */
  end(): void;
}

/** What one call may ask for beyond the session's settings. */
interface CallOptions {
  readonly program?: string;
  readonly stdin?: string | Readable;
  /** Takes what the program prints, however much it is; the result's `stdout` is empty then. */
  readonly stdout?: Writable;
  /** A limit tighter than what is left of the session's, in milliseconds. */
  readonly timeoutMs?: number;
  /** Told the id of the process as soon as there is one. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** Opens a session with docker; nothing runs yet. */
export function createDocker(options: DockerOptions): Docker {
  const redact = createRedact(options.secrets);
  const env = childEnvironment(options.env, options.hidden);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const remainingMs = () => Math.max(0, options.deadline - performance.now());
  return {
    redact,
    remainingMs,
    end: () => ended.abort(),
    async call(
      argv,
      { program = 'docker', stdin, stdout, timeoutMs = Number.POSITIVE_INFINITY, onStart } = {},
    ) {
      try {
        return await run(program, argv, {
          cwd: options.cwd,
          env,
          signal,
          timeoutMs: Math.min(timeoutMs, remainingMs()),
          stdin,
          stdout,
          redact,
          onStart,
        });
      } catch (error) {
        if (!isSpawnError(error)) throw error;
        throw diagnoseSpawn(error, existsSync(options.cwd), program);
      }
    },
  };
}

function isSpawnError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && /^spawn\b/.test((error as NodeJS.ErrnoException).syscall ?? '');
}
