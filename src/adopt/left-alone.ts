import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { listUnreadable } from './find-connections.ts';
import type { ProjectModel } from './project-model.ts';
import type { ProjectVariables } from './project-variables.ts';

/**
 * Variables that are meant to say where a Postgres is and cannot be read, in words for people, by service.
 * @param server the service that runs Postgres, which is told no such thing
 */
export function explainUnread(
  { services }: ProjectModel,
  server: string | undefined,
  variables: ProjectVariables,
): ReadonlyMap<string, readonly string[]> {
  const found = [...services.values()].map((service) => {
    const unread = service.name === server ? [] : listUnreadable(service, variables);
    const words = unread.map(
      ({ name, why }) => `the ${name} of ${service.name} is left alone, as it cannot be read: ${why}`,
    );
    return [service.name, words] as const;
  });
  return new Map(found.filter(([, words]) => words.length > 0));
}

/** Services of the project whose names monitoring uses, too: Compose would make one service of the two. */
export function explainClashes({ services }: ProjectModel): string[] {
  return Object.values(MONITORING_SERVICES)
    .filter((name) => services.has(name))
    .map(
      (name) =>
        `${name} is a service of the project: before \`monitoring\` is switched on, it needs another name, or \`external: true\` in the settings`,
    );
}
