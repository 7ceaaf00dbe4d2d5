import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backUpFirst } from '../../src/cli/back-up-first.ts';
import type { KnownSet, StackSet } from '../../src/deploy/stack-set.ts';
import { EnvironmentError, type ExpectedError, InterruptedError } from '../../src/problems/errors.ts';
import { ownProject } from '../../src/stack/compose-project.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { tempFolder } from '../support/temp-project.ts';
import { STACK } from '../verify/support.ts';

const HOME = { host: 'db.example.com', port: 5432 };
/** As an import brings it: a Postgres of others, and hashes only. */
const IMPORTED: Stack = {
  ...STACK,
  postgres: { kind: 'external', ...HOME },
  databases: STACK.databases.map((entry) => ({ ...entry, ...HOME })),
  users: STACK.users.map((user) => ({ ...user, password: undefined })),
};

/** What stops a deploy of this stack, where docker answers every call with `failure`. */
async function stopped(
  stack: Stack,
  failure: ExpectedError,
  { before = stack, hasWorked = true }: { before?: Stack; hasWorked?: boolean } = {},
): Promise<ExpectedError> {
  const docker = { call: () => Promise.reject(failure) };
  const workshop = {
    unhurried: () => docker,
    cleaner: () => docker,
    composeOf: () => ownProject('ecar', 'stack/prod'),
  };
  const setOf = (one: Stack) => ({ facts: { stack: one } }) as unknown;
  const sets = { before: setOf(before) as StackSet, target: setOf(stack) as KnownSet, hasWorked };
  const cwd = tempFolder();
  const invocation = { world: { cwd }, options: { config: join(cwd, 'ecar-pool.yaml') } };
  return backUpFirst(workshop as never, sets, invocation as never).then(
    () => expect.unreachable('it was backed up'),
    (error: ExpectedError) => error,
  );
}

describe('a backup before a deploy', () => {
  it('must name the way on where the settings have nobody to make it', async () => {
    const { message, exitCode, hint } = await stopped(IMPORTED, new EnvironmentError('unused', ''));
    expect(message).toMatch(/^no backup could be made, and nothing was changed: the settings know nobody/);
    expect(exitCode).toBe(2);
    // `deploy` itself has no --user.
    expect(hint).toMatch(
      /^make one with ecar-pool backup --env prod --config \S+ \(name a role with --user, .*\), then run this with --no-backup$/,
    );
  });

  it('must keep the exit code and the hint of what else is amiss', async () => {
    const { message, exitCode, hint } = await stopped(STACK, new EnvironmentError('no docker', 'start it'));
    expect({ message, exitCode }).toEqual({
      message: 'no backup could be made, and nothing was changed: no docker',
      exitCode: 3,
    });
    expect(hint).toMatch(/ \(start it\), then run this with --no-backup$/);
  });

  it('must go by the settings where what runs now has never worked', async () => {
    const failure = new EnvironmentError('reached docker', '');
    const tried = (hasWorked: boolean) => stopped(STACK, failure, { before: IMPORTED, hasWorked });
    expect((await tried(true)).message).toContain('the settings know nobody');
    expect((await tried(false)).message).toContain('reached docker');
  });

  it('must take an interruption for no failure', async () => {
    expect(await stopped(STACK, new InterruptedError())).toBeInstanceOf(InterruptedError);
  });
});
