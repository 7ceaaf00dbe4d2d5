import { interpolate } from '../formats/interpolation.ts';
import { DEFAULT_MAX_CONNECTIONS } from '../stack/budget.ts';
import type { Server } from './find-server.ts';
import { findVariable, listGiven, type ProjectVariables } from './project-variables.ts';

/** How many connections Postgres takes, and what says so. */
export interface ServerLimit {
  readonly max_connections: number;
  /** Where that stands, or why it is only what Postgres takes by itself; for people. */
  readonly reason: string;
}

/** `-c max_connections=200`, `--max-connections=200`, `-N 200`: dashes count as underscores (Postgres, ParseLongOption). */
const OPTION = /(?:^|[\s'"])(?:-c\s*['"]?|--)max[_-]connections\s*=\s*['"]?(\d+)|(?:^|\s)-N\s*(\d+)/gi;
const CONFIG_FILE = /(?:-c\s*['"]?|--)config[_-]file\s*=\s*['"]?([^\s'"]+)/i;
/** What images make options or a line of postgresql.conf of (docker-library/postgres, bitnami/postgresql). */
const OPTION_VARIABLES = ['POSTGRES_INITDB_ARGS', 'POSTGRESQL_EXTRA_FLAGS'];

/**
 * Postgres's max_connections as far as the project tells it: by its command, or by a variable of its image. A file of
 * settings within the container is not seen; then it is Postgres's own default that counts.
 */
export function findMaxConnections({ service, host }: Server, variables: ProjectVariables): ServerLimit {
  const byDefault = { max_connections: DEFAULT_MAX_CONNECTIONS };
  if (service === undefined)
    return { ...byDefault, reason: `Postgres's own default, as nothing here says what ${host} has` };
  const given = listGiven(service, variables);
  const command = interpolate(service.command, (name) => findVariable(variables, name));
  // The command is what Postgres is given last, and goes before all files.
  const options = [...OPTION_VARIABLES.map((name) => given.get(name)?.value ?? ''), command].join(' ');
  const [, long, short] = [...options.matchAll(OPTION)].at(-1) ?? [];
  const [value, place] =
    (long ?? short) === undefined
      ? [given.get('POSTGRESQL_MAX_CONNECTIONS')?.value, 'POSTGRESQL_MAX_CONNECTIONS']
      : [long ?? short, 'the command'];
  if (/^[1-9]\d*$/.test(value ?? ''))
    return { max_connections: Number(value), reason: `as ${place} of ${service.name} says` };
  const file = CONFIG_FILE.exec(options)?.[1];
  return {
    ...byDefault,
    reason:
      file === undefined
        ? `Postgres's own default, as the project sets none for ${service.name}`
        : `Postgres's own default, as ${file} of ${service.name} is not read`,
  };
}
