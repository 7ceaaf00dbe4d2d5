import { escapeInterpolation } from '../../formats/compose-yaml.ts';
import { writeConninfo } from '../../formats/conninfo.ts';
import { ENVIRONMENT_LABEL } from '../../stack/labels.ts';
import { containerName, type Stack } from '../../stack/stack.ts';

/** A Compose service as plain data. */
export type Service = Readonly<Record<string, unknown>>;

/** What every service of the stack has: its name, network, restart policy, bounded logs and limits. */
export function commonParts(stack: Stack, service: string): Service {
  return {
    container_name: containerName(stack, service),
    restart: 'always',
    networks: stack.adopted?.networks ?? [stack.network.name],
    ...(stack.adopted?.profiles.length ? { profiles: stack.adopted.profiles } : {}),
    labels: { [ENVIRONMENT_LABEL]: stack.environment },
    // Docker's json-file log grows without end unless told otherwise.
    logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
    ...limits(stack, service),
  };
}

function limits(stack: Stack, service: string): Service {
  const found = stack.resources.get(service);
  if (found === undefined) return {};
  const { cpus, memory } = found;
  return {
    deploy: {
      resources: {
        limits: { ...(cpus === undefined ? {} : { cpus }), ...(memory === undefined ? {} : { memory }) },
      },
    },
  };
}

/** A read-only bind mount of a rendered folder; a missing folder is an error, not a new empty one. */
export function mountFolder(source: string, target: string): Service {
  return { type: 'bind', source, target, read_only: true, bind: { create_host_path: false } };
}

/**
 * A health check by pg_isready. It proves that something listens and needs no secret; that logins work is
 * what `ecar-pool verify` proves.
 * @param parameters what else libpq is told
 */
export function readyCheck(
  port: number,
  user: string,
  dbname: string,
  parameters: Readonly<Record<string, string>> = {},
): Service {
  const test = [
    'CMD',
    'pg_isready',
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    user,
    '-d',
    Object.keys(parameters).length === 0 ? asConninfo(dbname) : writeConninfo({ dbname, ...parameters }),
  ];
  return {
    test: test.map(escapeInterpolation),
    interval: '5s',
    timeout: '5s',
    retries: 5,
    start_period: '30s',
  };
}

/** libpq takes a database name that holds `=` or looks like a URI for a connection string. */
function asConninfo(dbname: string): string {
  if (!/=|^postgres(ql)?:\/\//.test(dbname)) return dbname;
  return writeConninfo({ dbname });
}

/** A variable of `.env` that must be there. */
export function requiredVariable(name: string): string {
  return `\${${name}:?is missing: run ecar-pool render}`;
}
