import { type HashMethod, hashUsers } from '../credentials/hash-users.ts';
import { SCRAM_DEFAULT_ITERATIONS } from '../credentials/scram.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import type { Invocation } from './context.ts';
import type { HashUserOptions } from './hash-user.ts';
import { readPlainUsers } from './hash-user-input.ts';
import { printHashed, writeHashed } from './hash-user-output.ts';

/**
 * What RFC 7677 asks for at least, and what node-postgres (since 8.21) and pgjdbc accept at most: they refuse
 * a server that asks for more rounds, unless `scramMaxIterations` is raised.
 */
const ITERATIONS = { min: SCRAM_DEFAULT_ITERATIONS, max: 100_000 };

/** Hashes what `hash-user` was called for and prints or writes it. Throws ExpectedErrors; gives the exit code. */
export async function hashUser(
  invocation: Invocation<HashUserOptions>,
  names: readonly string[],
): Promise<number> {
  const { options, world } = invocation;
  checkUsage(options, names);
  const method = readMethod(options);
  const users = await readPlainUsers(world, options, names[0]);
  const batches = hashUsers(users, method);
  const result = { batches, count: users.length };
  if (options.write === undefined) await printHashed(invocation, result);
  else await writeHashed(invocation, result, options.write);
  return EXIT.ok;
}

function checkUsage(options: HashUserOptions, names: readonly string[]): void {
  if (names.length > 1 || options.password !== undefined) {
    throw new UsageError(
      'a password does not go onto the command line: other users see it there, and the shell keeps it',
      'leave it out to be asked for it, or use --password-stdin or --password-env NAME',
    );
  }
  const sources = ['--password-stdin', '--password-env', '--bulk'].filter(
    (_, i) => [options.passwordStdin, options.passwordEnv, options.bulk][i] !== undefined,
  );
  if (sources.length > 1)
    throw new UsageError(`${sources.join(' and ')} exclude each other`, 'use one of them');
  if (options.bulk !== undefined && names.length > 0) {
    throw new UsageError('--bulk takes the names from its file', 'leave the name out');
  }
  if (options.bulk === undefined && names.length === 0) {
    throw new UsageError('the name of the user is missing', 'call it as: ecar-pool hash-user NAME');
  }
}

function readMethod({ method, iterations: text }: HashUserOptions): HashMethod {
  if (method === 'md5') {
    if (text === undefined) return { name: method };
    throw new UsageError('md5 has no iterations', 'add --method scram-sha-256, or leave --iterations out');
  }
  const iterations = text === undefined ? SCRAM_DEFAULT_ITERATIONS : Number(text);
  const { min, max } = ITERATIONS;
  if (!/^\d+$/.test(text ?? '0') || iterations < min || iterations > max) {
    throw new UsageError(
      `--iterations takes a whole number from ${min} to ${max}`,
      'fewer make guessing easy, and more are refused by common drivers (node-postgres, pgjdbc)',
    );
  }
  return { name: method, iterations };
}
