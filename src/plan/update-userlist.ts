import { isUtf8 } from 'node:buffer';
import { resolve } from 'node:path';
import { FormatError } from '../formats/format-error.ts';
import { setUserlistEntries, type UserlistEntry } from '../formats/userlist.ts';
import { SettingsError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import { hasMark } from '../writers/rendering.ts';
import { findFile } from './find-file.ts';
import { replaceFile } from './put-file.ts';

/** What PgBouncer 1.26 reads; older releases stop at less, but that is no reason to refuse a file here. */
const LIMITS = { maxSecretBytes: 65_530 };

/**
 * Sets the secrets of users in a userlist.txt and leaves every other byte of it; a file that is not there is
 * made. Nothing is touched where it holds these very lines. Throws EnvironmentError where the file cannot be
 * read or written, SettingsError where PgBouncer could not read it either; the file is then as it was.
 * @returns what was done, and whether the file is one that `render` writes
 * @param cwd what a relative path starts from
 * @param path as the user wrote it, for errors too
 */
export async function updateUserlist(
  cwd: string,
  path: string,
  entries: readonly UserlistEntry[],
): Promise<{ outcome: 'written' | 'unchanged'; isRendered: boolean }> {
  const failed = (action: 'read' | 'write') => (error: unknown) => {
    throw explainFileError(error, path, action);
  };
  const file = await findFile(resolve(cwd, path)).catch(failed('read'));
  const before = file.bytes ?? Buffer.alloc(0);
  const after = Buffer.from(rewrite(before, path, entries));
  const isRendered = hasMark(before.toString('utf8'));
  if (after.equals(before)) return { outcome: 'unchanged', isRendered };
  await replaceFile(file, after).catch(failed('write'));
  return { outcome: 'written', isRendered };
}

function rewrite(bytes: Buffer, path: string, entries: readonly UserlistEntry[]): string {
  const broken = (message: string, hint: string, place: { line?: number; column?: number } = {}): Error =>
    new SettingsError([{ code: 'userlist', severity: 'error', message, hint, at: { file: path, ...place } }]);
  // Decoding what is not UTF-8 would change the lines of other users.
  if (!isUtf8(bytes)) throw broken('this userlist is not UTF-8', 'save it as UTF-8');
  try {
    return setUserlistEntries(bytes.toString('utf8'), entries, LIMITS);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { line, column } = error;
    const place = line === undefined || column === undefined ? {} : { line, column };
    const hint = 'correct the line: PgBouncer stops there and loses the users below it';
    throw broken(error.message, hint, place);
  }
}
