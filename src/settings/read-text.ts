import { readFile, stat } from 'node:fs/promises';
import { EnvironmentError } from '../problems/errors.ts';
import type { Problem } from '../problems/problem.ts';

/** Ten thousand databases and users make about 1 MB; what is far larger is no settings file. */
const LIMIT_BYTES = 8 * 1024 * 1024;

type ReadResult = { readonly text: string } | { readonly problem: Problem };

/**
 * Reads a text file that people write: at most 8 MiB of UTF-8 without NUL; a byte order mark is dropped.
 * @param name how people know the file, for problems
 * @returns the text, or a problem; `missing` in its code where there is no such file
 */
export async function readText(path: string, name: string): Promise<ReadResult> {
  const problem = (code: string, message: string, hint: string, line?: number): ReadResult => ({
    problem: { code, severity: 'error', message, hint, at: { file: name, line } },
  });
  try {
    const { size } = await statFile(path);
    if (size > LIMIT_BYTES) {
      const mebibytes = (size / 1024 / 1024).toFixed(0);
      return problem(
        'too-large',
        `the file has ${mebibytes} MiB; the limit is 8 MiB`,
        'check that this is the file you mean',
      );
    }
    const bytes = await readFile(path);
    const broken = findBrokenByte(bytes);
    if (broken !== undefined) {
      const line = bytes.subarray(0, broken).filter((byte) => byte === 0x0a).length + 1;
      return problem(
        'not-text',
        'the file is not UTF-8 text',
        'save it as UTF-8, or check that this is the file you mean',
        line,
      );
    }
    return { text: new TextDecoder().decode(bytes) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return problem(
        'missing',
        'there is no such file',
        'run `ecar-pool init` to write one, or name it with --config FILE',
      );
    if (code === 'EISDIR')
      return problem(
        'directory',
        'this is a directory, not a file',
        'name the file in it with --config FILE',
      );
    if (code === 'EACCES' || code === 'EPERM') {
      throw new EnvironmentError(
        `${name} may not be read by this user`,
        `check its owner and mode: ls -l ${name}`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function statFile(path: string): Promise<{ size: number }> {
  const found = await stat(path);
  if (found.isDirectory()) throw Object.assign(new Error('directory'), { code: 'EISDIR' });
  return found;
}

/** The offset of the first NUL or of the first bytes that are not UTF-8. */
function findBrokenByte(bytes: Buffer): number | undefined {
  const nul = bytes.indexOf(0);
  if (nul !== -1) return nul;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return undefined;
  } catch {
    // The decoder does not say where: the replacement character that a lenient decoder puts there does.
    const lenient = bytes.toString('utf8');
    return Buffer.byteLength(lenient.slice(0, lenient.indexOf('�')));
  }
}
