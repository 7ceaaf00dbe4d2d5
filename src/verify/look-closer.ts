import { findImageArgv, inspectArgv, logsArgv } from '../docker/argv.ts';
import type { Container } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import { LAST_START_FORMAT, type LastStart, parseLastStarts } from '../docker/last-starts.ts';
import { type Aftermath, type Evidence, findPgbouncer, seen } from './evidence.ts';
import { listImages, type Target } from './subject.ts';

const LOG_LINES = 200;

/**
 * Asks docker why what failed may have failed: how each container started, and what PgBouncer
 * has logged since. PgBouncer tells its log more than its clients; what it said before its
 * last start may be mended by now. What docker does not answer stays empty: the failure is told anyway.
 */
export async function lookCloser(docker: Docker, target: Target, evidence: Evidence): Promise<Aftermath> {
  const containers = seen(evidence.containers) ?? [];
  const [lastStarts, missingImages] = await Promise.all([
    readLastStarts(docker, containers),
    findMissingImages(docker, target, evidence),
  ]);
  const pgbouncer = findPgbouncer(evidence);
  const since = pgbouncer && lastStarts.get(pgbouncer.name)?.startedAt;
  if (since === undefined) return { log: '', lastStarts, missingImages };
  const logs = await docker.call(logsArgv(target.project, 'pgbouncer', { lines: LOG_LINES, since }));
  return { log: logs.stdout, lastStarts, missingImages };
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
