import type { Docker } from '../docker/docker.ts';
import { isTaken } from '../docker/taken-port.ts';
import { EnvironmentError, RefusedError } from '../problems/errors.ts';
import type { Stack } from '../stack/stack.ts';
import { findRefusedLogins } from '../verify/server-probe.ts';

/**
 * Tries what a stack that works would be broken by, before anything is touched: another port, by listening on it, and
 * behind an adopted project, whose roles no step changes, other passwords, at Postgres itself.
 * @param isBack whether the stack is one of before
 * @throws EnvironmentError where the port is taken, RefusedError where Postgres refuses a password
 */
export async function refuseObstacles(
  docker: Docker,
  before: Stack,
  target: Stack,
  isBack: boolean,
): Promise<void> {
  const [refused, isPortTaken] = await Promise.all([
    target.adopted === undefined ? [] : findRefusedLogins(docker, before, target),
    isPortTakenFor(docker, before, target),
  ]);
  const { bind, port } = target.pgbouncer;
  const logins = refused.map(
    ({ login, said }) =>
      `Postgres itself refuses ${login.user} in ${login.behind} with ${login.password.origin}: ${said}`,
  );
  const found = [...(isPortTaken ? [`The port is taken on this machine: ${bind}:${port}`] : []), ...logins];
  if (found.length === 0) return;
  const origins = [...new Set(refused.map(({ login }) => login.password.origin))].join(', ');
  const hints = [
    ...(isPortTaken ? ['free the port, or choose another one in the settings (`pgbouncer.port`)'] : []),
    ...(refused.length === 0
      ? []
      : [
          isBack
            ? `the passwords of that set are not those of the roles any more (${origins}): go back to one that has them, or give the roles those`
            : `put what the role has into its place before anything starts your services anew (${origins}), or give the role that password`,
        ]),
  ];
  const message = `${found.join('; ')}; nothing was changed, and all runs on as it did`;
  throw isPortTaken
    ? new EnvironmentError(message, hints.join('; '))
    : new RefusedError(message, hints.join('; '));
}

async function isPortTakenFor(docker: Docker, { pgbouncer: was }: Stack, { pgbouncer: is }: Stack) {
  return was.port !== is.port && isTaken(docker, is.bind, is.port);
}
