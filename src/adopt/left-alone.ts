import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { listForeign, listUnreadable } from './find-connections.ts';
import { namesOf } from './find-postgres.ts';
import type { Server } from './find-server.ts';
import type { ProjectModel } from './project-model.ts';
import type { ProjectVariables } from './project-variables.ts';

/**
 * Variables that may say where Postgres is and are not changed, in words for people, by service.
 * @param server whose own service is told no such thing
 */
export function explainUnread(
  { services }: ProjectModel,
  server: Server,
  variables: ProjectVariables,
): ReadonlyMap<string, readonly string[]> {
  const found = [...services.values()].map((service) => {
    if (service.name === server.service?.name) return [service.name, []] as const;
    const unread = listUnreadable(service, variables).map(
      ({ name, why }) => `the ${name} of ${service.name} is left alone, as it cannot be read: ${why}`,
    );
    // What shares the host's network has all kinds of servers at localhost.
    const names = server.service === undefined ? [server.host] : namesOf(server.service, service);
    const far = new Set([...names].filter((name) => !/^(?:localhost$|127\.|::1$)/.test(name)));
    const foreign = listForeign(service, variables, { names: far, port: server.port }).map(
      (name) =>
        `the ${name} of ${service.name} is left alone: it names the host of Postgres by a scheme that is not known; if it leads there, it goes past the pool`,
    );
    return [service.name, [...unread, ...foreign]] as const;
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
