import { type ConsoleRow, parseConsoleTable } from './console-table.ts';

/** Stands for a line break in what a login said. */
const RECORD_SEPARATOR = '\x1e';

/** What a shell ends with where there is no such program. */
const COMMAND_NOT_FOUND = '127';

/** How one psql ended. */
export interface PsqlOutcome {
  readonly code: number;
  /** What it said, unredacted: for looking up a cause, not for showing. */
  readonly said: string;
  readonly ms: number;
}

/** How one login ended. */
export interface LoginOutcome extends PsqlOutcome {
  /** For how many seconds PgBouncer had answered with an error that it kept, before this outcome. */
  readonly waited: number;
}

/** What the probe script got to say; what it did not reach is absent. */
export interface ProbeOutput {
  /** By the SHOW command's name in lower case: `pools`. */
  readonly tables: ReadonlyMap<string, readonly ConsoleRow[]>;
  readonly console: PsqlOutcome | undefined;
  /** By the position of the login in the request. */
  readonly logins: ReadonlyMap<number, LoginOutcome>;
  /** How the same role fared at Postgres itself, where its login came over a connection that was open before. */
  readonly servers: ReadonlyMap<number, LoginOutcome>;
  /** SHA-256 of PgBouncer's files as the container sees them, by name; undefined where it has no sha256sum. */
  readonly files: ReadonlyMap<string, string> | undefined;
  /** PgBouncer's log file; undefined where it has none, or it was not looked at. */
  readonly log: LogFileSight | undefined;
  readonly finished: boolean;
}

/** How the rotation of PgBouncer's log file goes. */
export interface LogFileSight {
  /** Whether what rotates it runs. */
  readonly isRotated: boolean;
  /** Undefined where there is no file under its name. */
  readonly bytes: number | undefined;
}

/** Reads the probe script's output, whole or cut off. Logins arrive in any order. */
export function parseProbeOutput(stdout: string, nonce: string): ProbeOutput {
  const tables = new Map<string, readonly ConsoleRow[]>();
  const logins = new Map<number, LoginOutcome>();
  const servers = new Map<number, LoginOutcome>();
  let console: PsqlOutcome | undefined;
  let files: ReadonlyMap<string, string> | undefined;
  let log: LogFileSight | undefined;
  let finished = false;
  // A table may be cut off before its last line break, so the nonce only counts at the start of a line.
  for (const record of `\n${stdout}`.split(`\n${nonce} `).slice(1)) {
    const at = record.indexOf('\n');
    const [kind, ...words] = (at < 0 ? record : record.slice(0, at)).split(' ');
    const body = at < 0 ? '' : record.slice(at + 1);
    // Nothing below the mark means that the command failed, as SHOW STATE does before 1.19.
    if (kind === 'table' && body !== '') tables.set(words[0] ?? '', parseConsoleTable(body, nonce));
    if (kind === 'console') console = toOutcome(words, body);
    if (kind === 'login' || kind === 'server') {
      const [index, code = '', waited = '', began = '', ended = '', ...said] = words;
      const lines = said.join(' ').replaceAll(RECORD_SEPARATOR, '\n');
      const outcome = { ...toOutcome([code, began, ended], lines), waited: Number(waited) };
      (kind === 'login' ? logins : servers).set(Number(index), outcome);
    }
    if (kind === 'files' && words[0] !== COMMAND_NOT_FOUND) files = parseSums(body);
    if (kind === 'log') log = toLogFile(words);
    if (kind === 'end') finished = true;
  }
  return { tables, console, logins, servers, files, log, finished };
}

function toLogFile([rotations, bytes = '']: readonly string[]): LogFileSight {
  return { isRotated: Number(rotations) > 0, bytes: bytes === '' ? undefined : Number(bytes) };
}

/** The lines of sha256sum; what it says of a missing file is left out. */
function parseSums(text: string): Map<string, string> {
  const lines = text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm);
  return new Map([...lines].map(([, sum = '', name = '']) => [name, sum]));
}

/** `began` and `ended` are seconds since boot, with two decimals, from /proc/uptime. */
function toOutcome([code, began, ended]: readonly string[], said: string): PsqlOutcome {
  const ms = Math.round((Number(ended) - Number(began)) * 1000);
  return { code: Number(code), said: said.trim(), ms: Number.isFinite(ms) ? ms : 0 };
}

/**
 * Whether `timeout` ended psql: 124 from coreutils, 143 (SIGTERM) from busybox before 1.37, 137 after a
 * SIGKILL.
 */
export function hasTimedOut({ code }: PsqlOutcome): boolean {
  return code === 124 || code === 137 || code === 143;
}
