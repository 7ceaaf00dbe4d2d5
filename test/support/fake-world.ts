import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { run } from '../../src/cli/program.ts';

/** A terminal or pipe that a test types into. */
class FakeInput extends PassThrough {
  readonly isTTY: boolean;
  /** Every change between raw and cooked mode. */
  readonly modes: boolean[] = [];

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(on: boolean): this {
    this.modes.push(on);
    return this;
  }
}

class FakeOutput extends PassThrough {
  readonly isTTY: boolean;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
    this.on('data', (chunk: Buffer) => (this.text += chunk.toString('utf8')));
  }
}

/** One run of the program with streams that a test holds both ends of. */
export interface FakeRun {
  readonly exitCode: Promise<number>;
  readonly stdin: FakeInput;
  /** What was printed so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** As SIGINT or SIGTERM does. */
  readonly interrupt: () => void;
  /** Resolves once stderr ends with a text, or matches a pattern. */
  readonly question: (expected: string | RegExp) => Promise<void>;
}

/** Starts the program; without `terminal`, stdin is a pipe and neither output is a terminal. */
export function start(
  argv: readonly string[],
  {
    terminal = false,
    cwd = '/',
    env = {},
  }: { terminal?: boolean; cwd?: string; env?: Record<string, string> } = {},
): FakeRun {
  const [stdin, stdout, stderr] = [new FakeInput(terminal), new FakeOutput(false), new FakeOutput(terminal)];
  const controller = new AbortController();
  const world = { cwd, env, stdin, stdout, stderr, signal: controller.signal, stay: () => () => {} };
  return {
    exitCode: run(argv, world),
    stdin,
    out: () => stdout.text,
    err: () => stderr.text,
    interrupt: () => controller.abort(),
    question: async (expected) => {
      const isThere = () => {
        const text = stripVTControlCharacters(stderr.text);
        return typeof expected === 'string' ? text.endsWith(expected) : expected.test(text);
      };
      while (!isThere()) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Runs the program to its end with `input` on stdin. */
export async function runToEnd(
  argv: readonly string[],
  options: { input?: string | Buffer; cwd?: string; env?: Record<string, string> } = {},
): Promise<{ exitCode: number; out: string; err: string }> {
  const { exitCode, stdin, out, err } = start(argv, options);
  stdin.end(options.input ?? '');
  return { exitCode: await exitCode, out: out(), err: err() };
}
