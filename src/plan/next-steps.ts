import type { Stack } from '../stack/stack.ts';
import type { Change } from './change.ts';
import { reloadCommand, rolesCommand, upCommand } from './commands.ts';
import { monitoringSteps } from './monitoring-steps.ts';
import type { NextStep } from './next-step.ts';

/**
 * What to run so that the changes take effect, the least that does it: `up` where Compose must act, a reload
 * where PgBouncer only has to read its files again.
 * @param names the output folder and the verify command, as people would type them
 */
export function nextSteps(
  changes: readonly Change[],
  stack: Stack,
  names: { readonly folder: string; readonly verify: string },
): NextStep[] {
  const changed = changes.filter(({ kind }) => kind !== 'unchanged');
  const touches = (test: (path: string) => boolean) => changed.some(({ path }) => test(path));
  const isFirst = changed.some(({ kind, path }) => kind === 'create' && path === 'docker-compose.yml');
  const isSqlNew = touches((path) => path.endsWith('.sql'));
  const steps: NextStep[] = [];
  if (stack.postgres.kind === 'external' && isSqlNew) {
    steps.push({
      command: rolesCommand(stack, names.folder),
      why: 'store the passwords in Postgres the way the pool needs them',
    });
  }
  if (touches((path) => path === 'docker-compose.yml') || changesInterpolation(changes)) {
    steps.push({
      command: upCommand(names.folder),
      why: isFirst ? 'start the stack' : 'recreate what changed, and only that',
    });
  }
  if (stack.postgres.kind === 'own' && !isFirst && isSqlNew) {
    steps.push({
      command: rolesCommand(stack, names.folder),
      why: 'bring roles, passwords and databases of the running Postgres in line',
    });
  }
  if (!isFirst && touches((path) => path.startsWith('pgbouncer/'))) {
    steps.push({
      command: reloadCommand(names.folder),
      why: 'reload PgBouncer without dropping a connection',
    });
  }
  steps.push(...monitoringSteps(changes, names.folder));
  if (steps.length > 0) steps.push({ command: names.verify, why: 'prove that it works' });
  return steps;
}

/** Whether a variable changed that the Compose file interpolates: others in .env are for people and scripts. */
function changesInterpolation(changes: readonly Change[]): boolean {
  const compose = changes.find(({ path }) => path === 'docker-compose.yml')?.after?.text ?? '';
  const dotenv = changes.find(({ path }) => path === '.env');
  const before = new Set(dotenv?.before?.split('\n'));
  const changed = (dotenv?.after?.text.split('\n') ?? []).filter((line) => !before.has(line));
  return changed.some((line) => compose.includes(`\${${line.split('=')[0]}:`));
}
