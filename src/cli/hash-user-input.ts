import { resolve } from 'node:path';
import type { PlainUser } from '../credentials/hash-users.ts';
import { parseBulk } from '../credentials/parse-bulk.ts';
import { explainPassword } from '../credentials/password-rules.ts';
import { explainUserName } from '../formats/pgbouncer-names.ts';
import { SettingsError, UsageError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import { readBytes } from '../settings/read-bytes.ts';
import { askNewPassword } from './ask-hidden.ts';
import type { World } from './context.ts';
import type { HashUserOptions } from './hash-user.ts';
import { readPasswordFromStdin, readPasswordFromVariable, refuseTerminal } from './new-password.ts';
import { readStream } from './read-stream.ts';

/**
 * Gives the users to hash, all of them usable, from wherever the options say; never waits for a terminal
 * that is not there. Throws UsageError, SettingsError for a bulk file, EnvironmentError where a file cannot
 * be read.
 */
export async function readPlainUsers(
  world: World,
  options: HashUserOptions,
  name: string | undefined,
): Promise<PlainUser[]> {
  if (options.bulk !== undefined) return readBulk(world, options.bulk);
  const user = name ?? '';
  const nameReason = explainUserName(user, { quotedKeys: true, console: false, inUsersSection: false });
  if (nameReason !== undefined) {
    throw new UsageError(`the user name cannot be used: ${nameReason}`, 'choose another name');
  }
  const password = await readPassword(world, options, user);
  const reason = explainPassword(password);
  if (reason !== undefined) {
    throw new UsageError(`the password of ${user} ${reason}`, 'give the password itself, or choose another');
  }
  return [{ user, password }];
}

async function readPassword(world: World, options: HashUserOptions, user: string): Promise<string> {
  const { passwordEnv: variable } = options;
  if (variable !== undefined) return readPasswordFromVariable(world, variable);
  if (options.passwordStdin) return readPasswordFromStdin(world);
  // A question that nobody sees is a hang, so stderr, where it goes, must be a terminal too.
  if (world.stdin.isTTY && world.stderr.isTTY) return askNewPassword(world, user, explainPassword);
  throw new UsageError(
    'there is no terminal to ask for the password on',
    'use --password-stdin or --password-env NAME',
  );
}

async function readBulk(world: World, path: string): Promise<PlainUser[]> {
  if (path === '-') refuseTerminal(world.stdin, '--bulk -', 'pipe the file in, or name it');
  const file = path === '-' ? 'stdin' : path;
  const bytes =
    path === '-'
      ? await readStream(world.stdin, world.signal)
      : await readBytes(resolve(world.cwd, path), world).catch((error) => {
          throw explainFileError(error, path, 'read');
        });
  const { users, problems } = parseBulk(bytes, file);
  if (problems.count > 0) throw new BulkFileError(problems.list, problems.count, file);
  return users;
}

class BulkFileError extends SettingsError {
  constructor(problems: ConstructorParameters<typeof SettingsError>[0], count: number, file: string) {
    super(problems);
    const shown = count > problems.length ? ` (the first ${problems.length} are shown)` : '';
    this.message = `${count} ${count === 1 ? 'problem' : 'problems'} in ${file}${shown}`;
  }
}
