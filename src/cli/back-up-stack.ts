import { dirname, join, relative, resolve } from 'node:path';
import { backUp } from '../backup/back-up.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import { reportBackups } from '../report/backups.ts';
import { listDatabases } from '../stack/access.ts';
import type { BackupOptions } from './backup.ts';
import type { Invocation } from './context.ts';
import { openDatabaseSession, resolveDatabase } from './database-session.ts';

/** Backs up the databases of one environment. Gives the exit code. */
export async function backUpStack(invocation: Invocation<BackupOptions>): Promise<number> {
  const { world, options, report } = invocation;
  const { stack, docker, line, request } = await openDatabaseSession(invocation);
  const databases = options.database?.map((name) => {
    const found = resolveDatabase(stack, name, 'backup');
    if (found !== undefined) return found;
    const known = listDatabases(stack).join(', ');
    throw new UsageError(`the settings have no database ${JSON.stringify(name)}`, `they have ${known}`);
  });
  const root = dirname(resolve(world.cwd, options.config));
  const folder =
    options.to === undefined ? join(root, 'backups', stack.environment) : resolve(world.cwd, options.to);
  const result = await backUp(docker, {
    ...request,
    folder,
    databases: [...new Set(databases ?? listDatabases(stack))],
    force: options.force === true,
  }).finally(line.end);
  reportBackups(stack.environment, result, (path) => relative(world.cwd, path), report);
  return EXIT.ok;
}
