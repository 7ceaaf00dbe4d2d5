import { composeCommand } from '../plan/commands.ts';
import { CONSOLE } from './logins.ts';
import type { Subject } from './subject.ts';

/**
 * A command for people to paste that runs statements in the admin console, one after the other; psql asks for
 * the password. Undefined where the settings have no admin: others may only look.
 */
export function consoleCommand(
  { stack, project }: Subject,
  statements: readonly string[],
): string | undefined {
  const admin = stack.users.find(({ roles }) => roles.includes('admin'))?.name;
  if (admin === undefined) return undefined;
  const server = ['-h', '127.0.0.1', '-p', String(stack.pgbouncer.port), '-U', admin, '-d', CONSOLE];
  const commands = statements.flatMap((statement) => ['-c', statement]);
  return composeCommand(project, 'exec', 'pgbouncer', 'psql', '-X', ...server, ...commands);
}

/**
 * A statement of the console on one entry. Without quotes the console takes lower case letters, digits and
 * underscores only (src/admin.c).
 */
export function onEntry(statement: 'RESUME' | 'ENABLE' | 'RECONNECT', name: string): string {
  return `${statement} ${/^[a-z_][0-9a-z_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`}`;
}
