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

/** By service. One with a profile has no container between two runs. */
function runningContainers(text = ''): Map<string, string> {
  const [, services = ''] = /^services:\n((?: .*\n)*)/m.exec(text) ?? [];
  const found = new Map<string, string>();
  for (const [, service = '', definition = ''] of services.matchAll(/^ {2}(\S+):\n((?: {4}.*\n)*)/gm)) {
    const [, container] = /^ {4}container_name: "(.+)"$/m.exec(definition) ?? [];
    if (container !== undefined && !/^ {4}profiles:/m.test(definition)) found.set(service, container);
  }
  return found;
}
