import { servicesArgv } from '../docker/argv.ts';
import type { Container } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import { readFilledConfig } from '../docker/read-compose-config.ts';
import { type ComposeProject, withoutOverlay } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';

/** What a container may be that does not run: `up` would start it. */
const AT_REST: readonly string[] = ['created', 'exited', 'dead'];

/**
 * The services of an adopted project that sleep: none of their containers runs, and no profile that is on starts them, or
 * they are scaled to 0. `up` would start those of a profile all the same where it is told their names. None where Compose
 * does not answer: it will not take any other command either, and say why.
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
  const on = new Set(stdout.split(/\s+/));
  const running = new Set(found.flatMap(({ service, state }) => (isAtRest({ state }) ? [] : [service])));
  const resting = [...new Set(services.map(({ name }) => name))].filter((name) => !running.has(name));
  // Only Compose puts in what the number may be written with; and few have to ask.
  const wanted = resting.some((name) => on.has(name)) ? await readWantedScales(docker, project) : undefined;
  return new Set(resting.filter((name) => !on.has(name) || wanted?.get(name) === 0));
}

/** How many containers of each service the files want; undefined where Compose does not tell. */
export async function readWantedScales(
  docker: Docker,
  project: ComposeProject,
): Promise<ReadonlyMap<string, number> | undefined> {
  // Ours may not be there yet, and has no say in how many of theirs there are.
  const config = await readFilledConfig(docker, withoutOverlay(project));
  if (!('model' in config)) return undefined;
  const { services = {} } = config.model as { services?: Readonly<Record<string, ScaledService>> };
  return new Map(
    Object.entries(services).map(([name, { scale, deploy }]) => [name, scale ?? deploy?.replicas ?? 1]),
  );
}

/** https://docs.docker.com/reference/compose-file/services/#scale */
interface ScaledService {
  readonly scale?: number;
  readonly deploy?: { readonly replicas?: number } | null;
}

/** Whether a container is at rest. */
export function isAtRest({ state }: Pick<Container, 'state'>): boolean {
  return AT_REST.includes(state);
}
