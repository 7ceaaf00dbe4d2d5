import type { Docker } from '../docker/docker.ts';
import { isTaken } from '../docker/taken-port.ts';
import { EnvironmentError, RefusedError } from '../problems/errors.ts';
import type { Stack } from '../stack/stack.ts';
import { findRefusedLogins } from '../verify/server-probe.ts';

/**
 * Tries what a stack that works would be broken by, before anything is touched: another port, by listening on it, that of
 * what watches the pool included, and behind an adopted project, whose roles no step changes, other passwords, at Postgres itself.
 * @param isBack whether the stack is one of before
 * @throws EnvironmentError where the port is taken, RefusedError where Postgres refuses a password
 */
export async function refuseObstacles(
  docker: Docker,
  before: Stack,
  target: Stack,
  isBack: boolean,
): Promise<void> {
  const [refused, taken] = await Promise.all([
    target.adopted === undefined ? [] : findRefusedLogins(docker, before, target),
    listTaken(docker, before, target),
  ]);
  const logins = refused.map(
    ({ login, said }) =>
      `Postgres itself refuses ${login.user} in ${login.behind} with ${login.password.origin}: ${said}`,
  );
  const found = [
    ...taken.map(({ bind, port }) => `The port is taken on this machine: ${bind}:${port}`),
    ...logins,
  ];
  if (found.length === 0) return;
  const origins = [...new Set(refused.map(({ login }) => login.password.origin))].join(', ');
  const hints = [
    ...taken.map(({ setting }) => `free the port, or choose another one in the settings (\`${setting}\`)`),
    ...(refused.length === 0
      ? []
      : [
          isBack
            ? `the passwords of that set are not those of the roles any more (${origins}): go back to one that has them, or give the roles those`
            : `put what the role has into its place before anything starts your services anew (${origins}), or give the role that password`,
        ]),
  ];
  const message = `${found.join('; ')}; nothing was changed, and all runs on as it did`;
  throw taken.length > 0
    ? new EnvironmentError(message, hints.join('; '))
    : new RefusedError(message, hints.join('; '));
}

/** A port of the host that the stack asks for. */
interface Asked {
  readonly setting: string;
  readonly bind: string;
  readonly port: number;
}

function listAsked({ pgbouncer, monitoring }: Stack): Asked[] {
  const { prometheus, grafana } = monitoring;
  const all = [
    ['pgbouncer.port', pgbouncer],
    ['monitoring.prometheus.exporter.port', prometheus?.exporter.published],
    ['monitoring.prometheus.port', prometheus?.server],
    ['monitoring.grafana.port', grafana?.server],
  ] as const;
  return all.flatMap(([setting, asked]) =>
    asked === undefined ? [] : [{ setting, bind: asked.bind, port: asked.port }],
  );
}

/** The ports that the stack of before does not have, and somebody else does. */
async function listTaken(docker: Docker, before: Stack, target: Stack): Promise<Asked[]> {
  const had = new Set(listAsked(before).map(({ port }) => port));
  const asked = listAsked(target).filter(({ port }) => !had.has(port));
  const taken = await Promise.all(asked.map(({ bind, port }) => isTaken(docker, bind, port)));
  return asked.filter((_, index) => taken[index]);
}
