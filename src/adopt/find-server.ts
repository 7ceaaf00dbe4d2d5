import type { OpenQuestion, Said } from './adoption.ts';
import type { Connection } from './find-connections.ts';
import { isPostgres, namesOf } from './find-postgres.ts';
import type { ProjectModel, ServiceModel } from './project-model.ts';

/** Where Postgres is. */
export interface Server {
  /** The service of the project that runs it; undefined where none does. */
  readonly service: ServiceModel | undefined;
  readonly host: string;
  readonly port: number;
}

const POSTGRES_PORT = 5432;

/** The one Postgres that the services are told of; where several could be meant, that is open. */
export function findServer(
  model: ProjectModel,
  told: ReadonlyMap<string, readonly Connection[]>,
  said: Said,
): Server | { readonly open: readonly OpenQuestion[] } | { readonly refused: string; readonly hint: string } {
  const services = [...model.services.values()];
  if (said.host !== undefined) {
    const [host = '', port] = said.host.split(':');
    return { service: undefined, host, port: Number(port ?? POSTGRES_PORT) };
  }
  if (said.service !== undefined) {
    const service = model.services.get(said.service);
    if (service !== undefined) return atService(service, services, told);
    return {
      refused: `the project has no service ${said.service}`,
      hint: `it has ${services.map(({ name }) => name).join(', ')}`,
    };
  }
  const candidates = services.filter(isPostgres);
  const named = candidates.filter((candidate) => connectionsTo(candidate, services, told).length > 0);
  const [only, ...others] = named.length > 0 ? named : candidates;
  if (only !== undefined && others.length === 0) return atService(only, services, told);
  if (only !== undefined)
    return {
      open: [
        {
          flag: '--postgres-service NAME',
          text: 'the service whose Postgres is to be pooled',
          choices: [only, ...others].map(({ name }) => name),
        },
      ],
    };
  return findOutside(model, told);
}

/** A Postgres that no service runs: the one host that connection strings, or variables beside a port 5432, name. */
function findOutside(
  model: ProjectModel,
  told: ReadonlyMap<string, readonly Connection[]>,
): Server | { readonly open: readonly OpenQuestion[] } {
  const places = new Map<string, Server>();
  for (const { host, port, text, variable } of [...told.values()].flat()) {
    const isPlain = text === undefined && port !== POSTGRES_PORT && !/^(?:PG|POSTGRES)/i.test(variable);
    if (host === '' || isPlain || model.services.has(host)) continue;
    const place = { service: undefined, host, port: port ?? POSTGRES_PORT };
    places.set(`${place.host}:${place.port}`, place);
  }
  const [only, ...others] = places.values();
  if (only !== undefined && others.length === 0) return only;
  const text =
    only === undefined
      ? 'no service looks like Postgres: the service that runs it (or --postgres-host HOST where none does)'
      : 'the Postgres that is to be pooled';
  const flag = only === undefined ? '--postgres-service NAME' : '--postgres-host HOST:PORT';
  return {
    open: [{ flag, text, choices: only === undefined ? [...model.services.keys()] : [...places.keys()] }],
  };
}

function atService(
  service: ServiceModel,
  services: readonly ServiceModel[],
  told: ReadonlyMap<string, readonly Connection[]>,
): Server | { readonly refused: string; readonly hint: string } {
  if (service.network_mode !== undefined)
    return {
      refused: `the service ${service.name} has network_mode: ${service.network_mode}, so that PgBouncer could not reach it by its name`,
      hint: 'name it as PgBouncer reaches it with --postgres-host, such as the address of this host in its network',
    };
  // Those who come by the host's network come by a published port, which is another one.
  const ports = connectionsTo(
    service,
    services.filter(({ network_mode }) => network_mode !== 'host'),
    told,
  ).map(({ port }) => port);
  return { service, host: service.name, port: ports.find((port) => port !== undefined) ?? POSTGRES_PORT };
}

function connectionsTo(
  target: ServiceModel,
  services: readonly ServiceModel[],
  told: ReadonlyMap<string, readonly Connection[]>,
): Connection[] {
  return services
    .filter(({ name }) => name !== target.name)
    .flatMap((from) => {
      const names = namesOf(target, from);
      return (told.get(from.name) ?? []).filter(({ host }) => names.has(host));
    });
}
