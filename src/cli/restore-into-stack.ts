import { resolve } from 'node:path';
import { describeContent, restoreDump } from '../backup/restore.ts';
import { rolesCommand } from '../plan/commands.ts';
import { EXIT, RefusedError } from '../problems/errors.ts';
import { reportRestore } from '../report/backups.ts';
import { lookupsByDatabase } from '../stack/access.ts';
import { askYes } from './ask-yes.ts';
import type { Invocation } from './context.ts';
import { openDatabaseSession, resolveDatabase } from './database-session.ts';
import type { RestoreOptions } from './restore.ts';

/** Restores a dump into a database of one environment's server. Gives the exit code. */
export async function restoreIntoStack(
  invocation: Invocation<RestoreOptions>,
  file: string,
): Promise<number> {
  const { world, options, report } = invocation;
  const { stack, docker, line, request } = await openDatabaseSession(invocation);
  const database = resolveDatabase(stack, options.into, 'restore') ?? options.into;
  const result = await restoreDump(docker, {
    ...request,
    path: resolve(world.cwd, file),
    shownPath: file,
    database,
    clean: options.clean === true,
    create: options.create === true,
    keepOwners: options.owner,
    async confirm(facts) {
      if (options.yes === true) return true;
      const about = `database ${JSON.stringify(database)} of ${stack.environment} has ${describeContent(facts)}`;
      const isTerminal = world.stdin.isTTY === true && world.stderr.isTTY === true;
      if (!isTerminal || report.json)
        throw new RefusedError(`${about}; --clean drops all of it`, 'add --yes to have it done unasked');
      line.end();
      return askYes(`${about}. Drop all of it and restore ${file}?`, world);
    },
  }).finally(line.end);
  if (result === undefined) {
    report.notice('nothing was touched');
    return EXIT.interrupted;
  }
  reportRestore(stack.environment, file, result, report);
  const roles = rolesCommand(stack, request.project);
  if (lookupsByDatabase(stack).has(database) && roles !== undefined)
    report.notice(
      `PgBouncer asks this database about users, by a function that a dump may not have, or have an older one: make it anew with ${roles}`,
    );
  return EXIT.ok;
}
