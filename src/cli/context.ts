import { type Command, InvalidArgumentError } from 'commander';
import type { Reporter } from '../report/reporter.ts';

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything outside the program that a command may touch, so that tests can bring their own. */
export interface World {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown };
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Aborted by SIGINT or SIGTERM; all that waits listens to it. */
  readonly signal: AbortSignal;
  /**
   * Says that a run will end by itself after a signal, however long that takes: it has something to finish or to
   * undo. A second signal ends it all the same, with `lastWords` on stderr. Gives what takes that back.
   */
  stay(lastWords: string): () => void;
}

/** The options that every command takes. */
export interface GlobalOptions {
  readonly config: string;
  readonly env?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** What a command's action is given beside its own options. */
export interface Invocation<Options> {
  readonly world: World;
  readonly options: GlobalOptions & Options;
  readonly report: Reporter;
}

/**
 * Runs a command: resolves to its exit code. Commands import what they need when they run, never at the
 * top of their file: `--help` must not wait for zod and yaml.
 */
type Run<Options> = (invocation: Invocation<Options>, ...args: string[]) => Promise<number>;

/** Ties an action to a command; `program.ts` provides it. */
export type Bind = <Options>(command: Command, run: Run<Options>) => void;

/** Declares one command on the program. */
export type AddCommand = (program: Command, bind: Bind) => void;

/** Formats the examples that close each command's help. */
export function examples(...lines: readonly (readonly [command: string, meaning: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, meaning]) => `  $ ${command.padEnd(width)}  ${meaning}`).join('\n')}\n`;
}

/** The value of `--port`. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('It is a port from 1 to 65535.');
  return port;
}

/** The value of `--timeout`. A day bounds it: a larger number overflows Node's timers, which then fire at once. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 1 || seconds > 86_400) {
    throw new InvalidArgumentError('It is a number of seconds from 1 to 86400.');
  }
  return seconds;
}
