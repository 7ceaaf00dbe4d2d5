import { isUtf8 } from 'node:buffer';
import { explainPassword } from '../credentials/password-rules.ts';
import { UsageError } from '../problems/errors.ts';
import { askNewPassword } from './ask-hidden.ts';
import type { World } from './context.ts';
import { readStream } from './read-stream.ts';

/** Where a password may come from, as options name it; never from an argument. */
interface PasswordOptions {
  readonly passwordStdin?: boolean;
  readonly passwordEnv?: string;
  readonly ask?: boolean;
}

/**
 * Gives the password that the options say where to find; undefined where they name no place.
 * @throws UsageError where there is none, or one that cannot be hashed
 */
export async function readNewPassword(
  world: World,
  options: PasswordOptions,
  user: string,
): Promise<string | undefined> {
  const named = [
    ...(options.passwordStdin ? ['--password-stdin'] : []),
    ...(options.passwordEnv === undefined ? [] : ['--password-env']),
    ...(options.ask ? ['--ask'] : []),
  ];
  if (named.length > 1) throw new UsageError(`${named.join(' and ')} exclude each other`, 'use one of them');
  const password = await read(world, options, user);
  const reason = password === undefined ? undefined : explainPassword(password);
  if (reason !== undefined)
    throw new UsageError(`the password of ${user} ${reason}`, 'give the password itself, or choose another');
  return password;
}

async function read(world: World, options: PasswordOptions, user: string): Promise<string | undefined> {
  const { passwordEnv: variable } = options;
  if (options.passwordStdin) return readPasswordFromStdin(world);
  if (variable !== undefined) return readPasswordFromVariable(world, variable);
  if (!options.ask) return undefined;
  // A question that nobody sees is a hang, so stderr, where it goes, must be a terminal too.
  if (world.stdin.isTTY && world.stderr.isTTY) return askNewPassword(world, user, explainPassword);
  throw new UsageError(
    'there is no terminal to ask for the password on',
    'use --password-stdin or --password-env NAME',
  );
}

/** @throws UsageError where the variable is not set */
export function readPasswordFromVariable({ env }: Pick<World, 'env'>, variable: string): string {
  const password = env[variable];
  if (password !== undefined) return password;
  throw new UsageError(
    `the environment variable ${variable} is not set`,
    'export it first; the option takes the name of the variable',
  );
}

/** Reads stdin to its end, without one line break there. @throws UsageError on a terminal, where all is shown */
export async function readPasswordFromStdin({ stdin, signal }: World): Promise<string> {
  refuseTerminal(stdin, '--password-stdin', 'leave the option out to be asked without showing the password');
  const bytes = await readStream(stdin, signal);
  if (!isUtf8(bytes)) throw new UsageError('the password on stdin is not UTF-8', 'encode it as UTF-8');
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}

/** On a terminal, what is typed is shown. */
export function refuseTerminal(stdin: World['stdin'], option: string, hint: string): void {
  if (stdin.isTTY) throw new UsageError(`${option} reads from a pipe, and stdin is a terminal`, hint);
}
