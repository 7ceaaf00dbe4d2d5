import { join } from 'node:path';
import { readDotenv } from '../formats/dotenv.ts';
import { editDotenv } from '../formats/edit-dotenv.ts';
import { FormatError } from '../formats/format-error.ts';
import { findFile } from '../plan/find-file.ts';
import { createFile, replaceFile } from '../plan/put-file.ts';
import { UsageError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import { findDefaultFiles, pathSeparator } from '../settings/compose-files.ts';
import type { Adopted } from '../stack/adopted.ts';
import { OVERLAY_FILE } from '../stack/compose-project.ts';

/**
 * Makes a plain `docker compose` in the project's folder take the overlay, or leave it again: by COMPOSE_FILE in its
 * `.env`, of which every other byte stays. Where Compose finds the project's files by itself, leaving takes the
 * variable out.
 * @param root the project's folder
 * @param env the environment that Compose is called in
 */
export async function setComposeFile(
  root: string,
  { files }: Adopted,
  isTaken: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const path = join(root, '.env');
  const isDefault = files.join('\n') === findDefaultFiles(root).join('\n');
  const value = isTaken ? [...files, OVERLAY_FILE] : isDefault ? undefined : files;
  try {
    const found = await findFile(path);
    const text = found.bytes?.toString('utf8') ?? '';
    const find = (name: string) => {
      const entry = readDotenv(text).findLast((one) => one.name === name);
      return env[name] ?? (entry && 'value' in entry ? entry.value : undefined);
    };
    const edited = editDotenv(text, 'COMPOSE_FILE', value?.join(pathSeparator(find)));
    if (edited === text) return;
    if (found.bytes === undefined) await createFile(path, edited, 0o600);
    else await replaceFile(found, Buffer.from(edited));
  } catch (error) {
    if (error instanceof FormatError)
      throw new UsageError(
        `.env:${error.line}:${error.column}: ${error.message}`,
        'mend the file first: Compose refuses it, too',
      );
    throw explainFileError(error, path, 'write');
  }
}
