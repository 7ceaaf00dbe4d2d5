import { servicesArgv } from '../docker/argv.ts';
import type { Container } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import { type ComposeProject, withoutOverlay } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';

/** What a container may be that does not run: `up` would start it. */
const AT_REST: readonly string[] = ['created', 'exited', 'dead'];

/**
 * The services of an adopted project that sleep: no profile that is on starts them, and none of their containers runs.
 * `up` would start them all the same where it is told their names. None where Compose does not answer: it will not
 * take any other command either, and say why.
 * @param stacks the sets whose services are meant
 */
export async function findAsleep(
  docker: Docker,
  stacks: readonly (Pick<Stack, 'adopted'> | undefined)[],
  project: ComposeProject,
  containers: () => Promise<readonly Container[] | undefined>,
): Promise<ReadonlySet<string>> {
  const services = stacks.flatMap((stack) => stack?.adopted?.services ?? []);
  if (services.length === 0) return new Set();
  // Ours may not be there yet, and has no say in the profiles of theirs.
  const [{ code, stdout }, found = []] = await Promise.all([
    docker.call(servicesArgv(withoutOverlay(project))),
    containers(),
  ]);
  if (code !== 0) return new Set();
  const awake = new Set(stdout.split(/\s+/));
  for (const { service, state } of found) if (!isAtRest({ state })) awake.add(service);
  return new Set(services.map(({ name }) => name).filter((name) => !awake.has(name)));
}

/** Whether a container is at rest. */
export function isAtRest({ state }: Pick<Container, 'state'>): boolean {
  return AT_REST.includes(state);
}
