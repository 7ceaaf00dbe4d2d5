import { logsArgv } from '../docker/argv.ts';
import type { Docker } from '../docker/docker.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import { isReady } from '../verify/checks/containers.ts';
import { seen } from '../verify/evidence.ts';
import { observeContainers } from '../verify/observe.ts';
import { hasEndedWell } from './ended.ts';

const LINES = 10;

/** The end of a service's log, without secrets. */
export interface LastWords {
  readonly service: string;
  readonly lines: readonly string[];
}

/**
 * What those of the services said last that did not come up, since a time in RFC 3339: what undoes a failed start
 * makes their containers anew, and their logs go with them. Services that docker could not even start said nothing.
 */
export async function readLastWords(
  docker: Docker,
  project: ComposeProject,
  services: readonly string[],
  since: string,
): Promise<LastWords[]> {
  const containers = seen(await observeContainers(docker, project)) ?? [];
  const down = containers
    .filter((container) => !isReady(container) && !hasEndedWell(container))
    .map(({ service }) => service);
  const read = async (service: string) => {
    const { stdout } = await docker.call(logsArgv(project, service, { lines: LINES, since }));
    return {
      service,
      lines: docker
        .redact(stdout)
        .split(/\r?\n/)
        .filter((line) => line.trim() !== ''),
    };
  };
  const words = await Promise.all(services.filter((service) => down.includes(service)).map(read));
  return words.filter(({ lines }) => lines.length > 0);
}
