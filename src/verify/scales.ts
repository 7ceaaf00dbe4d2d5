import type { Container } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { isAtRest, readWantedScales } from './asleep.ts';

/**
 * The services of an adopted project that run with another number of containers than its files say (`up --scale`), and
 * with which. Other than one where Compose does not tell: a variable that it misses may be that of a profile that is off.
 * @param stacks the sets that are meant; without an adopted project among them nobody is asked
 */
export async function findScales(
  docker: Docker,
  stacks: readonly (Pick<Stack, 'adopted'> | undefined)[],
  project: ComposeProject,
  containers: () => Promise<readonly Container[] | undefined>,
): Promise<ReadonlyMap<string, number>> {
  if (stacks.every((stack) => stack?.adopted === undefined)) return new Map();
  const [wanted, found = []] = await Promise.all([readWantedScales(docker, project), containers()]);
  return compareScales(found, wanted);
}

/**
 * What runs in another number than is wanted. One that has crashed for the moment counts: a smaller number would have
 * Compose remove it. Those of which none runs are not meant, nor those that the files do not have.
 * @param wanted undefined where nobody knows: then one of each
 */
export function compareScales(
  containers: readonly Container[],
  wanted: ReadonlyMap<string, number> | undefined,
): ReadonlyMap<string, number> {
  const scales = new Map<string, number>();
  for (const service of new Set(containers.map((container) => container.service))) {
    const own = containers.filter((container) => container.service === service);
    const number = wanted === undefined ? 1 : (wanted.get(service) ?? own.length);
    if (own.length !== number && !own.every(isAtRest)) scales.set(service, own.length);
  }
  return scales;
}
