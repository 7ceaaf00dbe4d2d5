import { dirname, relative, resolve } from 'node:path';
import { adoptedProject, type ComposeProject, ownProject } from '../stack/compose-project.ts';
import { listMonitoringServices } from '../stack/monitoring.ts';
import type { Stack } from '../stack/stack.ts';

/**
 * How Compose is called for a stack, as people would type it here.
 * @param folder the output folder as people would type it
 */
export function composeOf(
  { name, adopted, monitoring }: Pick<Stack, 'name' | 'adopted' | 'monitoring'>,
  { cwd, config }: { readonly cwd: string; readonly config: string },
  folder: string,
): ComposeProject {
  if (adopted === undefined) return ownProject(name, folder);
  const root = relative(cwd, dirname(resolve(cwd, config))) || '.';
  const project = adoptedProject(name, adopted, root, folder);
  return { ...project, services: [...project.services, ...listMonitoringServices(monitoring)] };
}
