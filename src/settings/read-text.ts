import { formatCommand } from '../formats/shell.ts';
import { EnvironmentError } from '../problems/errors.ts';
import type { Code } from '../problems/pages.ts';
import type { Problem } from '../problems/problem.ts';
import { type ReadLimits, readBytes } from './read-bytes.ts';

/** Ten thousand databases and users make about 1 MB; what is far larger is no settings file. */
const LIMIT_BYTES = 8 * 1024 * 1024;

type ReadResult = { readonly text: string } | { readonly problem: Problem };

/** What to do where the file is not there, or is a directory; it depends on what the file is for. */
export interface Advice {
  readonly missing: string;
  readonly directory: string;
}

/**
 * Reads a text file that people write: at most 8 MiB of UTF-8 without NUL; a byte order mark is dropped.
 * @param name how people know the file, for problems
 * @returns the text, or a problem; `missing` in its code where there is no such file
 * @throws EnvironmentError where the machine does not let us, or the time is up; InterruptedError
 */
export async function readText(
  path: string,
  name: string,
  advice: Advice,
  limits: Pick<ReadLimits, 'signal' | 'deadline'>,
): Promise<ReadResult> {
  const refuse = (code: Code, message: string, hint: string, line?: number): ReadResult => ({
    problem: { code, severity: 'error', message, hint, at: { file: name, line } },
  });
  const bytes = await readBytes(path, { ...limits, maxBytes: LIMIT_BYTES }).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  if (bytes instanceof Error) {
    if (bytes.code === 'ENOENT' || bytes.code === 'ENOTDIR')
      return refuse('missing', 'there is no such file', advice.missing);
    if (bytes.code === 'EISDIR')
      return refuse('directory', 'this is a directory, not a file', advice.directory);
    if (bytes.code === 'ENOWRITER')
      return refuse(
        'no-writer',
        'this is a pipe (FIFO), and no program writes to it',
        'start the program that does, or put a regular file in its place',
      );
    throw explainRefusal(bytes, name);
  }
  if (bytes.length > LIMIT_BYTES)
    return refuse('too-large', 'the file is larger than 8 MiB', 'check that this is the file you mean');
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return refuse('not-text', 'the file is UTF-16', 'save it as UTF-8');
  const broken = findBrokenLine(bytes);
  if (broken === undefined) return { text: new TextDecoder().decode(bytes) };
  const hint = 'save it as UTF-8, or check that this is the file you mean';
  return refuse('not-text', `this line is no text: it holds ${broken.what}`, hint, broken.line);
}

/** An error of the file system as people can act on it; any other error is passed on as it is. */
function explainRefusal(error: NodeJS.ErrnoException, name: string): Error {
  if (error.code === 'ETIMEDOUT')
    return new EnvironmentError(
      `${name} could not be read to its end within the time limit`,
      'see what writes to it, or give it a larger --timeout',
      { cause: error },
    );
  if (typeof error.code !== 'string' || error.errno === undefined) return error;
  const isForbidden = error.code === 'EACCES' || error.code === 'EPERM';
  const look = formatCommand(['ls', '-l', name]);
  return new EnvironmentError(
    isForbidden ? `${name} may not be read by this user` : `${name} cannot be read (${error.code})`,
    isForbidden ? `check its owner and mode: ${look}` : `look at it: ${look}`,
    { cause: error },
  );
}

/** The first line with a NUL or with bytes that are not UTF-8, if there is one. */
function findBrokenLine(bytes: Buffer): { line: number; what: string } | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    if (!bytes.includes(0)) {
      decoder.decode(bytes);
      return undefined;
    }
  } catch {
    // The decoder does not say where; the lines, each for itself, do.
  }
  for (let start = 0, line = 1; start <= bytes.length; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found;
    const part = bytes.subarray(start, end);
    if (part.includes(0)) return { line, what: 'a NUL byte' };
    try {
      decoder.decode(part);
    } catch {
      return { line, what: 'bytes that are not UTF-8' };
    }
    start = end + 1;
  }
  return undefined;
}
