import { escapeInterpolation } from '../../formats/compose-yaml.ts';
import type { Adopted } from '../../stack/adopted.ts';
import type { Service } from './service.ts';

/**
 * What changes of the adopted project's services, laid over them by Compose's merge rules: variables one by one,
 * whichever way they were written, and one more service to wait for.
 */
export function adoptedServices({ services }: Adopted): Readonly<Record<string, Service>> {
  const depends_on = { pgbouncer: { condition: 'service_healthy' } };
  return Object.fromEntries(
    services.map(({ name, environment }) => [
      name,
      { environment: Object.fromEntries(environment), depends_on },
    ]),
  );
}

/** The same service with its mounts where Compose looks for them: in the folder of the project's first file. */
export function mountedFrom(service: Service, folder: string): Service {
  const { volumes } = service;
  if (!Array.isArray(volumes)) return service;
  const moved = volumes.map((volume: unknown) => {
    const { type, source } = volume as { readonly type?: unknown; readonly source?: unknown };
    if (type !== 'bind' || typeof source !== 'string' || !source.startsWith('./')) return volume;
    return { ...(volume as object), source: escapeInterpolation(joinFolder(folder, source.slice(2))) };
  });
  return { ...service, volumes: moved };
}

function joinFolder(folder: string, rest: string): string {
  return /^(?:\/|[A-Za-z]:)/.test(folder) ? `${folder}/${rest}` : `./${folder}/${rest}`;
}
