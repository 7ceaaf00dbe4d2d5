import type { Adoption, OpenQuestion, Said } from './adoption.ts';
import { chooseNetworks, chooseProfiles } from './choose-networks.ts';
import { type Connection, listConnections } from './find-connections.ts';
import { findMaxConnections } from './find-max-connections.ts';
import { explainDirect, isPooler, namesOf, warnOfMigrations } from './find-postgres.ts';
import { findServer, type Server } from './find-server.ts';
import { explainClashes, explainUnread } from './left-alone.ts';
import { PasswordKeeper } from './password-keeper.ts';
import type { ProjectModel, ServiceModel } from './project-model.ts';
import type { ProjectVariables } from './project-variables.ts';

/** What came of reading a project: all that is needed, or what is open, or why it cannot be adopted. */
export type Outcome =
  | { readonly adoption: Adoption }
  | { readonly open: readonly OpenQuestion[] }
  | { readonly refused: string; readonly hint: string };

/** A service that is to go through the pool, with the ways in which it is told of Postgres. */
interface Application {
  readonly service: ServiceModel;
  readonly connections: readonly Connection[];
}

/** What Prisma migrates by: that takes locks of a session, and makes databases. */
const PAST_POOLS = /^(?:DIRECT|SHADOW)_(?:DATABASE_)?URL$/i;

/** Finds Postgres and who talks to it, and plans what changes for them. Texts stay in Compose's own syntax. */
export function planAdoption(model: ProjectModel, variables: ProjectVariables, said: Said): Outcome {
  const { services } = model;
  const pooler = [...services.values()].find((service) => service.name === 'pgbouncer' || isPooler(service));
  if (pooler !== undefined)
    return {
      refused: `the service ${pooler.name} of this project is a pooler already`,
      hint: 'take over its settings from its pgbouncer.ini with `ecar-pool init --from pgbouncer.ini`, or take it out of the project first',
    };
  const publisher = [...services.values()].find(({ ports }) => ports.has(said.port));
  if (publisher !== undefined)
    return {
      refused: `port ${said.port} of this host is published by the service ${publisher.name}`,
      hint: 'give PgBouncer another one with --port',
    };
  const told = new Map([...services].map(([name, service]) => [name, listConnections(service, variables)]));
  const server = findServer(model, told, said);
  if ('open' in server || 'refused' in server) return server;
  return planFor(model, told, variables, server, said);
}

function planFor(
  model: ProjectModel,
  told: ReadonlyMap<string, readonly Connection[]>,
  variables: ProjectVariables,
  server: Server,
  said: Said,
): Outcome {
  const notes = [
    server.service === undefined
      ? `Postgres is at ${server.host}:${server.port}, outside of this project`
      : `Postgres is the service ${server.service.name} (${server.service.image || 'built here'})`,
  ];
  const reaching = [...model.services.values()].flatMap((service): Application[] => {
    if (service.name === server.service?.name) return [];
    const names = server.service === undefined ? new Set([server.host]) : namesOf(server.service, service);
    const meant = (told.get(service.name) ?? []).filter(({ host }) => names.has(host));
    const connections = meant.filter(({ variable }) => !PAST_POOLS.test(variable));
    for (const { variable } of meant.filter((connection) => !connections.includes(connection)))
      notes.push(`the ${variable} of ${service.name} stays at Postgres: by its name it goes past a pool`);
    return connections.length === 0 ? [] : [{ service, connections }];
  });
  const unknown = said.apps?.filter((name) => !reaching.some(({ service }) => service.name === name)) ?? [];
  if (unknown.length > 0)
    return {
      refused: `no variable of ${unknown.join(', ')} names ${server.host}, so that nothing could lead it to the pool`,
      hint: `services whose variables do: ${reaching.map(({ service }) => service.name).join(', ') || 'none'}`,
    };
  const applications = reaching.filter(({ service }) => {
    const why = said.apps === undefined ? explainDirect(service) : undefined;
    const isMeant = said.apps?.includes(service.name) ?? why === undefined;
    if (!isMeant)
      notes.push(`${service.name} stays at Postgres itself${why === undefined ? '' : `: ${why}`}`);
    return isMeant;
  });
  const unread = explainUnread(model, server, variables);
  for (const { name, depends_on } of model.services.values())
    if (
      !unread.has(name) &&
      depends_on.includes(server.service?.name ?? '') &&
      !reaching.some(({ service }) => service.name === name)
    )
      notes.push(`${name} depends on ${server.host}, but none of its variables names it: it stays as it is`);
  const leftAlone = [...unread.values()].flat();
  if (applications.length === 0 && leftAlone.length > 0)
    return {
      refused: leftAlone.join('; '),
      hint: 'write it so that it can be read, then run this again',
    };
  notes.push(...leftAlone);
  if (applications.length === 0)
    return {
      refused: `no service is told by its environment that Postgres is at ${server.host}`,
      hint: 'give the application its database by variables, such as DATABASE_URL or DB_HOST, then run this again; files that hold it are not read',
    };
  const chosen = chooseNetworks(
    applications.map(({ service }) => service),
    server.service,
    model,
  );
  if ('refused' in chosen) return chosen;
  if (chosen.open !== undefined)
    notes.push(
      `PgBouncer joins ${chosen.open}, too: on internal networks alone, as the others are, no port is published`,
    );

  const keeper = new PasswordKeeper(variables, server, model, said.passwordEnv);
  const changed = new Map<string, ReadonlyMap<string, string>>();
  const databases = new Map<string, Set<string>>();
  const sslmodes = new Set<string>();
  for (const { service, connections } of applications) {
    const environment = new Map<string, string>();
    const host = service.network_mode === 'host' ? '127.0.0.1' : 'pgbouncer';
    for (const connection of connections) {
      const login = keeper.keep(connection);
      if (connection.sslmode !== undefined) sslmodes.add(connection.sslmode);
      for (const [name, value] of rewrite(connection, host, said.port, login.inText))
        environment.set(name, value);
      const users = databases.get(login.database) ?? new Set();
      databases.set(login.database, users.add(login.user));
      // libpq reads PGPORT for certain.
      if (connection.portVariable?.isGiven === false && connection.portVariable.name !== 'PGPORT')
        notes.push(
          `${service.name} gets ${connection.portVariable.name}, which it did not have: see that it reads it`,
        );
    }
    changed.set(service.name, environment);
    notes.push(`${service.name} goes through the pool: ${[...environment.keys()].join(', ')}`);
    notes.push(...[warnOfMigrations(service)].filter((note) => note !== undefined));
  }
  keeper.settle();
  const open = keeper.missing.map((user) => ({
    flag: '--password-env NAME',
    text: `the variable of .env that holds the password of ${user}`,
    choices: [],
  }));
  if (open.length > 0) return { open };
  const tls = ['verify-full', 'verify-ca', 'require'].some((mode) => sslmodes.has(mode))
    ? 'require'
    : undefined;
  if (tls !== undefined)
    notes.push(
      `PgBouncer asks Postgres for TLS (server_tls_sslmode: require), and the services need no more${sslmodes.has('require') ? '' : '; the certificate, which they checked, is not checked any more'}`,
    );
  notes.push(...explainClashes(model));
  const limit = findMaxConnections(server, variables);
  notes.push(`max_connections is ${limit.max_connections}: ${limit.reason}`);
  return {
    adoption: {
      postgres:
        server.service === undefined
          ? { host: server.host, port: server.port }
          : { service: server.service.name, port: server.port },
      limit,
      networks: chosen.networks,
      profiles: chooseProfiles(applications.map(({ service }) => service)),
      services: changed,
      databases: new Map([...databases].map(([name, users]) => [name, [...users]])),
      users: keeper.users,
      copied: keeper.copied,
      moved: keeper.moved,
      server_tls_sslmode: tls,
      notes: [...notes, ...keeper.notes],
    },
  };
}

/** The variables of one connection that change, so that it leads to the pool. */
function rewrite(
  { variable, text, portVariable, sslmode }: Connection,
  host: string,
  port: number,
  password: string | undefined,
): (readonly [name: string, value: string])[] {
  // Clients need no TLS within the project's network, and PgBouncer offers none unless told.
  const asksForTls = sslmode !== undefined && !/^(?:disable|allow|prefer)$/.test(sslmode);
  if (text !== undefined)
    return [[variable, text.write({ host, port, password, sslmode: asksForTls ? 'prefer' : undefined })]];
  if (portVariable === undefined) return [[variable, `${host}:${port}`]];
  return [
    [variable, host],
    [portVariable.name, String(port)],
  ];
}
