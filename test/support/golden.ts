import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplate } from '../../src/cli/templates.ts';
import type { FilePlan } from '../../src/plan/file-plan.ts';
import { planFiles } from '../../src/plan/plan-files.ts';
import { loadStack } from '../../src/settings/load-stack.ts';
import type { Stack } from '../../src/stack/stack.ts';

export const GOLDEN = join(import.meta.dirname, '..', 'golden');

/** The scenarios: folders with settings, secrets and the files that they give. */
export const SCENARIOS = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The stack and the plan of a scenario's environment `prod`, with nothing from this machine's environment. */
export async function planScenario(scenario: string): Promise<{ stack: Stack; plan: FilePlan }> {
  const cwd = join(GOLDEN, scenario);
  const { stack } = await loadStack({ config: 'ecar-pool.yaml', env: 'prod' }, { cwd, env: {} });
  return {
    stack,
    plan: await planFiles(stack, {
      settingsFile: 'ecar-pool.yaml',
      ...(stack.adopted
        ? { rootFromOutput: '..', outputFromRoot: 'pgbouncer' }
        : { rootFromOutput: '../..', outputFromRoot: 'stack/prod' }),
      template: readTemplate,
    }),
  };
}
