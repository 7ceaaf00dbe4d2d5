import { Chalk, type ChalkInstance } from 'chalk';

interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Where output goes: stdout is the result, stderr is progress and problems. */
export interface Reporter {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Colours for stdout and for stderr; both plain where colour is off. */
  readonly style: ChalkInstance;
  readonly errStyle: ChalkInstance;
  /** A line of the result. Nothing under `--json`: there the result is one object. */
  line(text?: string): void;
  /** A line of the result that `--quiet` leaves out. */
  detail(text?: string): void;
  /** The result under `--json`; nothing otherwise. */
  data(value: object): void;
  /** A line about how it goes, on stderr; nothing under `--quiet` or `--json`. */
  progress(text: string): void;
  /** A line that must be seen, on stderr. */
  notice(text: string): void;
  /** Whether stderr is a terminal that a progress line may be redrawn on. */
  readonly live: boolean;
}

/** The version of the shape of everything that `--json` prints. */
const SCHEMA_VERSION = 1;

/**
 * A reporter for two sinks. Colour only on a terminal, and never under NO_COLOR (https://no-color.org)
 * or `--no-color`.
 */
export function createReporter(
  stdout: Sink,
  stderr: Sink,
  options: { json: boolean; quiet: boolean; color: boolean; noColor: string | undefined },
): Reporter {
  const { json, quiet } = options;
  const colours = options.color && (options.noColor ?? '') === '';
  const styleFor = (sink: Sink) => new Chalk({ level: colours && sink.isTTY === true && !json ? 1 : 0 });
  return {
    json,
    quiet,
    style: styleFor(stdout),
    errStyle: styleFor(stderr),
    line: (text = '') => {
      if (!json) stdout.write(`${text}\n`);
    },
    detail: (text = '') => {
      if (!json && !quiet) stdout.write(`${text}\n`);
    },
    data: (value) => {
      if (json) stdout.write(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...value }, null, 2)}\n`);
    },
    progress: (text) => {
      if (!json && !quiet) stderr.write(`${text}\n`);
    },
    notice: (text) => {
      stderr.write(`${text}\n`);
    },
    live: stderr.isTTY === true && !json && !quiet,
  };
}
