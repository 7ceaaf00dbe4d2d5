import { randomBytes } from 'node:crypto';

import { execArgv, inspectArgv, logsArgv, psArgv } from '../docker/argv.ts';
import { type ContainerRun, parseContainerRuns, RUN_FORMAT } from '../docker/container-runs.ts';

import { type Container, parseContainers } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import { observeCertificate } from '../docker/shown-certificate.ts';
import type { DockerVersions } from '../docker/versions.ts';
import { offersTls } from '../stack/client-tls.ts';
import { composeFileOf } from '../stack/compose-project.ts';
import { containerName, reachableAddress } from '../stack/stack.ts';
import { findAsleep } from './asleep.ts';
import { describeEnd } from './describe-end.ts';
import { type Evidence, NO_AFTERMATH, type Sight, seen } from './evidence.ts';
import type { Inquiry } from './logins.ts';
import { NO_MONITORING } from './monitoring-evidence.ts';
import { observeMonitoring } from './observe-monitoring.ts';
import { tellsOfReload } from './pooler-log.ts';
import { formatProbeInput } from './probe-input.ts';
import { type ProbeOutput, parseProbeOutput } from './probe-output.ts';
import { PROBE_SCRIPT } from './probe-script.ts';
import { findScales } from './scales.ts';
import { listServices, type Target } from './subject.ts';

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
  // First, because the probe takes longest and needs to know its container.
  const runs = observeRuns(docker, target);
  const there = observeContainers(docker, target.project);
  const calls = [
    versions,
    runs,
    runs.then((found) => probe(docker, target, inquiry, found)),
    there,
    runs.then((found) => observeMonitoring(docker, target, found)),
    observeShown(target, inquiry),
    findAsleep(docker, [target.stack], target.project, () => there.then(seen)),
    findScales(docker, [target.stack], target.project, () => there.then(seen)),
    runs.then((found) => observeReread(docker, target, found)),
  ] as const;
  try {
    const [known, ran, probed, containers, monitoring, shown, asleep, scales, reread] =
      await Promise.all(calls);
    const seenAt = Date.now();
    return {
      versions: known,
      containers,
      runs: ran,
      asleep,
      scales,
      seenAt,
      inquiry,
      probe: probed,
      monitoring,
      shown,
      reread,
      aftermath: NO_AFTERMATH,
    };
  } catch (error) {
    // Without docker, nothing that still runs can tell anything.
    docker.end();
    await Promise.allSettled(calls);
    // Whatever else went wrong for want of docker, the versions tell it best.
    await versions;
    throw error;
  }
}

/** Whether PgBouncer was started or reloaded since files of it changed, by the engine and by its log. */
async function observeReread(
  docker: Docker,
  { project, unread }: Target,
  runs: Sight<ReadonlyMap<string, ContainerRun>>,
): Promise<Evidence['reread']> {
  const run = seen(runs)?.get('pgbouncer');
  if (unread === undefined || !run?.running) return undefined;
  if (run.startedAt > unread.since) return { value: true, ms: 0 };
  const since = new Date(unread.since).toISOString();
  const result = await docker.call(logsArgv(project, 'pgbouncer', { lines: 'all', since }));
  // Of a logging driver that keeps nothing to read, Compose tells in a warning alone.
  const isBlind = result.stdout === '' && result.stderr.includes("Can't retrieve logs");
  if (result.code !== 0 || isBlind) return { failure: describeEnd(result), ms: result.ms };
  return { value: tellsOfReload(result.stdout), ms: result.ms };
}

async function observeShown({ stack }: Target, { console, logins }: Inquiry): Promise<Evidence['shown']> {
  if (!offersTls(stack)) return undefined;
  const { bind, port } = stack.pgbouncer;
  const identity = [console, ...logins].find((login) => login?.identity)?.identity;
  return observeCertificate({ host: reachableAddress(bind), port }, identity);
}

/** The evidence where there is no rendered Compose file: docker is asked for its versions only. */
export async function observeNothing(
  { stack }: Target,
  inquiry: Inquiry,
  versions: Promise<DockerVersions>,
): Promise<Evidence> {
  const unseen = { failure: `${composeFileOf(stack)} has not been rendered`, ms: 0 };
  return {
    versions: await versions,
    containers: unseen,
    runs: unseen,
    asleep: new Set(),
    scales: new Map(),
    seenAt: Date.now(),
    inquiry,
    probe: unseen,
    monitoring: NO_MONITORING,
    aftermath: NO_AFTERMATH,
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

/** How the engine runs the containers of the stack; Compose gives them their names as rendered. */
async function observeRuns(
  docker: Docker,
  { stack }: Target,
): Promise<Sight<ReadonlyMap<string, ContainerRun>>> {
  const names = listServices(stack).map((service) => containerName(stack, service));
  const result = await docker.call(inspectArgv(names, RUN_FORMAT));
  const isMissing = /no such (?:container|object)/i.test(result.stderr);
  if (result.code !== 0 && !isMissing) return { failure: describeEnd(result), ms: result.ms };
  try {
    return { value: parseContainerRuns(result.stdout, stack.name), ms: result.ms };
  } catch {
    return { failure: 'docker inspect printed something that is not JSON', ms: result.ms };
  }
}

async function probe(
  docker: Docker,
  { stack, configFolder, logFile }: Target,
  inquiry: Inquiry,
  runs: Sight<ReadonlyMap<string, ContainerRun>>,
): Promise<Sight<ProbeOutput>> {
  if ('failure' in runs) return runs;
  const container = runs.value.get('pgbouncer');
  if (!container?.running) return { failure: 'service "pgbouncer" is not running', ms: runs.ms };
  const nonce = randomBytes(12).toString('hex');
  // Killing docker leaves the script alive in the container, so that it is given a limit of its own.
  const limit = Math.max(1, Math.floor(docker.remainingMs() / 1000) - 1);
  const result = await docker.call(
    execArgv(container.id, 'timeout', String(limit), 'sh', '-c', PROBE_SCRIPT),
    {
      stdin: formatProbeInput({
        nonce,
        port: stack.pgbouncer.port,
        folder: configFolder,
        log: logFile,
        inquiry,
        limit,
      }),
    },
  );
  const output = parseProbeOutput(result.stdout, nonce);
  // Half an answer is evidence, too: each check tells what of it is missing.
  const reached = output.console !== undefined || output.tables.size > 0 || output.logins.size > 0;
  return reached || output.finished
    ? { value: output, ms: result.ms }
    : { failure: describeEnd(result), ms: result.ms };
}
