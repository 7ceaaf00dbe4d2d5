import type { Project } from './project.ts';
import type { Outcome, RunOptions } from './run.ts';

type Options = Omit<RunOptions, 'cwd'>;

/** `ecar-pool deploy --env prod --yes …` */
export function deploy(project: Project, args: readonly string[] = [], options: Options = {}) {
  return project.ecar(['deploy', '--env', 'prod', '--yes', ...args], { timeoutMs: 120_000, ...options });
}

/** `ecar-pool rollback --env prod --yes …` */
export function rollback(project: Project, args: readonly string[] = [], options: Options = {}) {
  return project.ecar(['rollback', '--env', 'prod', '--yes', ...args], { timeoutMs: 120_000, ...options });
}

/** The kinds of the steps in a plan, as it was printed. */
export function plannedKinds({ stdout }: Outcome): string[] {
  return [...stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, kind = '']) => kind);
}
