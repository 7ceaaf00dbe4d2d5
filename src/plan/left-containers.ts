import { ENVIRONMENT_LABEL } from '../stack/labels.ts';
import { POSTGRES_SERVICE } from '../stack/stack.ts';
import type { Change } from './change.ts';

/**
 * The containers of services that run by the docker-compose.yml on the disk and do not by the new one: `up` leaves
 * them running. `--remove-orphans` would end them, and whatever else people run in the same Compose project.
 * Postgres's is left out: its data may have to be fetched from it first.
 */
export function listLeftContainers(compose: Change | undefined): string[] {
  const running = runningContainers(compose?.after?.text);
  return [...runningContainers(compose?.before)]
    .filter(([service]) => service !== POSTGRES_SERVICE && !running.has(service))
    .map(([, container]) => container);
}

/** The containers that run by a docker-compose.yml. */
export function listRunningContainers(compose: string): string[] {
  return [...runningContainers(compose).values()];
}

/**
 * The services of an adopted project that the overlay on the disk leads through the pool, and the new one does not:
 * they run on as they were made until Compose is told their names.
 */
export function listReleasedServices(compose: Change | undefined): string[] {
  const kept = new Set(definitions(compose?.after?.text).keys());
  return [...definitions(compose?.before)]
    .filter(([service, definition]) => !kept.has(service) && !definition.includes(ENVIRONMENT_LABEL))
    .map(([service]) => service);
}

/** The services that a Compose file of ours has, wholly or in part. */
export function listServiceNames(compose: string): string[] {
  return [...definitions(compose).keys()];
}

/** By service. One with a profile has no container between two runs. */
function runningContainers(text = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [service, definition] of definitions(text)) {
    const [, container] = /^ {4}container_name: "(.+)"$/m.exec(definition) ?? [];
    if (container !== undefined && !/^ {4}profiles:/m.test(definition)) found.set(service, container);
  }
  return found;
}

/** What a Compose file of ours says of each service. */
function definitions(text = ''): Map<string, string> {
  const [, services = ''] = /^services:\n((?: .*\n)*)/m.exec(text) ?? [];
  const found = services.matchAll(/^ {2}(\S+):\n((?: {4}.*\n)*)/gm);
  return new Map([...found].map(([, service = '', definition = '']) => [service, definition]));
}
