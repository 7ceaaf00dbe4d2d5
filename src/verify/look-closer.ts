import { findImageArgv, inspectArgv, logsArgv } from '../docker/argv.ts';
import type { Container } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import { LAST_START_FORMAT, type LastStart, parseLastStarts } from '../docker/last-starts.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { isDown } from './checks/containers.ts';
import { type Aftermath, type Evidence, seen } from './evidence.ts';
import { hasRestartedLately } from './restarts.ts';
import { listImages, postgresService, type Target } from './subject.ts';

const LOG_LINES = 200;

/**
 * Asks docker why what failed may have failed: how each container started, and what PgBouncer, the exporter and
 * a Postgres that is not up have logged since. PgBouncer tells its log more than its clients; what it said before
 * its last start may be mended by now. What docker does not answer stays empty: the failure is told anyway.
 */
export async function lookCloser(docker: Docker, target: Target, evidence: Evidence): Promise<Aftermath> {
  const containers = seen(evidence.containers) ?? [];
  const [lastStarts, missingImages] = await Promise.all([
    readLastStarts(docker, containers),
    findMissingImages(docker, target, evidence),
  ]);
  const readLog = async (service: string, { isWhole = false } = {}) => {
    const container = containers.find((candidate) => candidate.service === service);
    const startedAt = container && lastStarts.get(container.name)?.startedAt;
    if (startedAt === undefined) return '';
    const range = { lines: LOG_LINES, since: isWhole ? undefined : startedAt };
    return (await docker.call(logsArgv(target.project, service, range))).stdout;
  };
  const postgres = postgresService(target.stack);
  // One that starts again and again may be up just now, and have said nothing yet since it last ended.
  const hasEnded = postgres !== undefined && hasRestartedLately(evidence, postgres);
  const isExporterAsked = evidence.monitoring.metrics !== undefined;
  const [log, postgresLog, exporterLog] = await Promise.all([
    readLog('pgbouncer'),
    postgres !== undefined && (hasEnded || isDown(evidence.containers, postgres))
      ? readLog(postgres, { isWhole: hasEnded })
      : '',
    isExporterAsked ? readLog(MONITORING_SERVICES.exporter) : '',
  ]);
  return { log, postgresLog, exporterLog, lastStarts, missingImages };
}

async function readLastStarts(
  docker: Docker,
  containers: readonly Container[],
): Promise<ReadonlyMap<string, LastStart>> {
  if (containers.length === 0) return new Map();
  const names = containers.map(({ name }) => name);
  const { stdout } = await docker.call(inspectArgv(names, LAST_START_FORMAT));
  try {
    return parseLastStarts(stdout);
  } catch {
    return new Map();
  }
}

/** Of the services without a container: docker makes none without the image. */
async function findMissingImages(
  docker: Docker,
  { stack }: Target,
  { containers }: Evidence,
): Promise<ReadonlySet<string>> {
  const known = seen(containers);
  if (known === undefined) return new Set();
  const images = [...listImages(stack)].flatMap(([service, image]) =>
    known.some((container) => container.service === service) ? [] : [image],
  );
  const results = await Promise.all(images.map((image) => docker.call(findImageArgv(image))));
  return new Set(images.filter((_, index) => /no such image/i.test(results[index]?.stderr ?? '')));
}
