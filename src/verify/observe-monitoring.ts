import { execArgv, findContainerArgv } from '../docker/argv.ts';
import type { Docker } from '../docker/docker.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { EXPORTER_PORT, PROMETHEUS_PORT } from '../stack/prometheus.ts';
import { describeEnd } from './describe-end.ts';
import type { Sight } from './evidence.ts';
import { type MonitoringEvidence, NO_MONITORING } from './monitoring-evidence.ts';
import { parsePrometheusAnswer } from './prometheus-answer.ts';
import type { Target } from './subject.ts';

/** The exporter waits 5 s for PgBouncer. */
const LIMIT_S = 8;

const ASK_EXPORTER = `wget -q -O - http://127.0.0.1:${EXPORTER_PORT}/metrics`;
const ASK_PROMETHEUS = `for what in targets rules; do wget -q -O - http://127.0.0.1:${PROMETHEUS_PORT}/api/v1/$what || exit; echo; done`;

/** Asks what watches the pool, in its own containers, all at once; nothing where it is off. */
export async function observeMonitoring(
  docker: Docker,
  { stack, project }: Target,
): Promise<MonitoringEvidence> {
  const { prometheus } = stack.monitoring;
  if (prometheus === undefined) return NO_MONITORING;
  const ask = (service: string, script: string) => askService(docker, project, service, script);
  const [metrics, answer] = await Promise.all([
    ask(MONITORING_SERVICES.exporter, ASK_EXPORTER),
    prometheus.server && ask(MONITORING_SERVICES.prometheus, ASK_PROMETHEUS),
  ]);
  return { ...NO_MONITORING, metrics, prometheus: answer && readAnswer(answer) };
}

/** Runs a line of busybox sh in a service's container. */
async function askService(
  docker: Docker,
  project: Target['project'],
  service: string,
  script: string,
): Promise<Sight<string>> {
  const found = await docker.call(findContainerArgv(project, service));
  if (found.code !== 0) return { failure: describeEnd(found), ms: found.ms };
  const [container] = found.stdout.trim().split(/\s+/);
  if (!container) return { failure: `service "${service}" is not running`, ms: found.ms };
  // Killing docker leaves the script alive in the container, so that it is given a limit of its own.
  const limit = Math.max(1, Math.min(LIMIT_S, Math.floor(docker.remainingMs() / 1000) - 1));
  const result = await docker.call(execArgv(container, 'timeout', String(limit), 'sh', '-c', script));
  if (result.code === 0) return { value: result.stdout, ms: result.ms };
  return { failure: describeEnd(result), ms: result.ms };
}

function readAnswer(sight: Sight<string>): MonitoringEvidence['prometheus'] {
  if ('failure' in sight) return sight;
  try {
    return { value: parsePrometheusAnswer(sight.value), ms: sight.ms };
  } catch {
    return { failure: 'its API gave an answer that cannot be read', ms: sight.ms };
  }
}
