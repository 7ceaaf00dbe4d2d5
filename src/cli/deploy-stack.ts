import { refuseStrange } from '../plan/apply.ts';
import { checkNamesOf } from './check-project-names.ts';
import type { Invocation } from './context.ts';
import type { DeployOptions } from './deploy.ts';
import { loadProject } from './load-project.ts';
import { findEnvironment, refuseOtherEnvironment } from './refuse-other-environment.ts';
import { stackCommand } from './stack-command.ts';
import { transit } from './transit.ts';

/** Settings -> files -> a stack that runs and was proved, or the one of before. Gives the exit code. */
export async function deployStack(invocation: Invocation<DeployOptions>): Promise<number> {
  const { world, options, report } = invocation;
  const project = await loadProject(options, world, report);
  const { folder, shownFolder, environment } = project;
  refuseOtherEnvironment(await findEnvironment(folder), project, (own) =>
    stackCommand('deploy', own, options),
  );
  const { plan, changes } = await project.planChanges();
  await checkNamesOf(project, world);
  // Before the lock, which would make any folder look like ours.
  await refuseStrange(changes, folder);
  const facts = project.facts();
  const place = { environment, folder, shownFolder };
  return transit(
    { command: 'deploy', ...place, choose: async () => ({ set: { plan, facts }, time: undefined }) },
    invocation,
  );
}
