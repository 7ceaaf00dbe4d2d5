import { randomBytes } from 'node:crypto';
import { execArgv, findContainerArgv, logsArgv, psArgv } from '../docker/argv.ts';
import { type Container, parseContainers } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import type { DockerVersions } from '../docker/versions.ts';
import { describeEnd } from './describe-end.ts';
import type { Evidence, Sight } from './evidence.ts';
import type { Inquiry } from './logins.ts';
import { NO_MONITORING } from './monitoring-evidence.ts';
import { observeMonitoring } from './observe-monitoring.ts';
import { formatProbeInput } from './probe-input.ts';
import { type ProbeOutput, parseProbeOutput } from './probe-output.ts';
import { PROBE_SCRIPT } from './probe-script.ts';
import type { Target } from './subject.ts';

const LOG_LINES = 200;

/**
 * Looks at the running stack: all docker commands at once that need no other's answer, because each takes
 * longer to start than to answer. Throws EnvironmentError where docker itself does not work; what only the
 * stack refuses is evidence.
 */
export async function observe(
  docker: Docker,
  target: Target,
  inquiry: Inquiry,
  versions: Promise<DockerVersions>,
): Promise<Evidence> {
  const { stack, project } = target;
  const calls = [
    versions,
    // First, because it takes longest.
    probe(docker, project, stack.pgbouncer.port, inquiry),
    observeContainers(docker, project),
    observeMonitoring(docker, target),
  ] as const;
  try {
    const [known, probed, containers, monitoring] = await Promise.all(calls);
    return { versions: known, containers, inquiry, probe: probed, monitoring, log: '' };
  } catch (error) {
    // Without docker, nothing that still runs can tell anything.
    docker.end();
    await Promise.allSettled(calls);
    // Whatever else went wrong for want of docker, the versions tell it best.
    await versions;
    throw error;
  }
}

/** The evidence where there is no docker-compose.yml: docker is asked for its versions only. */
export async function observeNothing(inquiry: Inquiry, versions: Promise<DockerVersions>): Promise<Evidence> {
  const unseen = { failure: 'docker-compose.yml has not been rendered', ms: 0 };
  return {
    versions: await versions,
    containers: unseen,
    inquiry,
    probe: unseen,
    monitoring: NO_MONITORING,
    log: '',
  };
}

/** The containers of the project, as Compose knows them. */
export async function observeContainers(
  docker: Docker,
  project: Target['project'],
): Promise<Sight<readonly Container[]>> {
  const result = await docker.call(psArgv(project));
  if (result.code !== 0) return { failure: describeEnd(result), ms: result.ms };
  try {
    return { value: parseContainers(result.stdout), ms: result.ms };
  } catch {
    return { failure: 'docker compose ps printed something that is not JSON', ms: result.ms };
  }
}

/** The end of a service's log, unredacted; empty where there is none. */
export async function observeLog(
  docker: Docker,
  project: Target['project'],
  service: string,
): Promise<string> {
  const { stdout } = await docker.call(logsArgv(project, service, LOG_LINES));
  return stdout;
}

async function probe(
  docker: Docker,
  project: Target['project'],
  port: number,
  inquiry: Inquiry,
): Promise<Sight<ProbeOutput>> {
  const found = await docker.call(findContainerArgv(project, 'pgbouncer'));
  if (found.code !== 0) return { failure: describeEnd(found), ms: found.ms };
  const [container] = found.stdout.trim().split(/\s+/);
  if (!container) return { failure: 'service "pgbouncer" is not running', ms: found.ms };
  const nonce = randomBytes(12).toString('hex');
  // Killing docker leaves the script alive in the container, so that it is given a limit of its own.
  const limit = Math.max(1, Math.floor(docker.remainingMs() / 1000) - 1);
  const result = await docker.call(execArgv(container, 'timeout', String(limit), 'sh', '-c', PROBE_SCRIPT), {
    stdin: formatProbeInput({ nonce, port, inquiry, limit }),
  });
  const output = parseProbeOutput(result.stdout, nonce);
  // Half an answer is evidence, too: each check tells what of it is missing.
  const reached = output.console !== undefined || output.tables.size > 0 || output.logins.size > 0;
  return reached || output.finished
    ? { value: output, ms: result.ms }
    : { failure: describeEnd(result), ms: result.ms };
}
