import type { Project } from './project.ts';
import type { Outcome } from './run.ts';

/** The commands that `render` printed below `Next:`. */
export function printedCommands({ stdout }: Outcome): string[] {
  const [, steps = ''] = stdout.split('\nNext:\n');
  return [...steps.matchAll(/^ {2}(\S.*)$/gm)].map(([, command = '']) => command);
}

/** Renders, runs exactly what was printed, and gives the commands with the outcome of the last one, `verify`. */
export async function renderAndFollow(project: Project): Promise<{ commands: string[]; verified: Outcome }> {
  const commands = printedCommands(await project.ecar(['render', '--env', 'prod']));
  let last: Outcome | undefined;
  for (const command of commands) {
    last = await project.shell(command, { code: command.startsWith('ecar-pool verify') ? 'any' : 0 });
  }
  if (last === undefined) throw new Error('render printed no commands');
  return { commands, verified: last };
}

/** Ids of the checks that fail, by `verify --json`. */
export async function failingChecks(project: Project, ...options: readonly string[]): Promise<string[]> {
  const args = ['verify', '--env', 'prod', '--json', ...options];
  const { stdout } = await project.ecar(args, { code: 'any' });
  const { checks } = JSON.parse(stdout) as { checks: { id: string; status: string }[] };
  return checks.filter(({ status }) => status === 'fail').map(({ id }) => id);
}
