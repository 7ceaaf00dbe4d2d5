import { execArgv } from '../docker/argv.ts';
import type { ContainerRun } from '../docker/container-runs.ts';
import type { Docker } from '../docker/docker.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { EXPORTER_PORT, PROMETHEUS_MOUNT, PROMETHEUS_PORT } from '../stack/prometheus.ts';
import { describeEnd } from './describe-end.ts';
import type { Sight } from './evidence.ts';
import { type MonitoringEvidence, NO_MONITORING } from './monitoring-evidence.ts';
import { parsePrometheusAnswer } from './prometheus-answer.ts';
import type { Target } from './subject.ts';

/** The exporter waits 5 s for PgBouncer. */
const LIMIT_S = 8;

const ASK_EXPORTER = `wget -q -O - http://127.0.0.1:${EXPORTER_PORT}/metrics`;
const PROMETHEUS = `http://127.0.0.1:${PROMETHEUS_PORT}`;
const ASK_PROMETHEUS = [
  `for what in targets rules; do wget -q -O - ${PROMETHEUS}/api/v1/$what || exit; echo; done`,
  `wget -q -O - ${PROMETHEUS}/metrics | grep ^prometheus_config_last_reload_success`,
  // A rename changes no other time of a file than this one.
  `cd ${PROMETHEUS_MOUNT} && find . -type f -exec stat -c '%Z  %n' {} + && find . -type f -exec sha256sum {} +`,
].join('; ');

type Runs = Sight<ReadonlyMap<string, ContainerRun>>;

/** Asks what watches the pool, in its own containers, all at once; nothing where it is off. */
export async function observeMonitoring(
  docker: Docker,
  { stack }: Target,
  runs: Runs,
): Promise<MonitoringEvidence> {
  const { prometheus } = stack.monitoring;
  if (prometheus === undefined) return NO_MONITORING;
  const ask = (service: string, script: string) => askService(docker, runs, service, script);
  const [metrics, answer] = await Promise.all([
    ask(MONITORING_SERVICES.exporter, ASK_EXPORTER),
    prometheus.server && ask(MONITORING_SERVICES.prometheus, ASK_PROMETHEUS),
  ]);
  return { metrics, prometheus: answer && readAnswer(answer) };
}

/** Runs a line of busybox sh in a service's container. */
async function askService(
  docker: Docker,
  runs: Runs,
  service: string,
  script: string,
): Promise<Sight<string>> {
  if ('failure' in runs) return runs;
  const container = runs.value.get(service);
  if (!container?.running) return { failure: `service "${service}" is not running`, ms: runs.ms };
  // Killing docker leaves the script alive in the container, so that it is given a limit of its own.
  const limit = Math.max(1, Math.min(LIMIT_S, Math.floor(docker.remainingMs() / 1000) - 1));
  const result = await docker.call(execArgv(container.id, 'timeout', String(limit), 'sh', '-c', script));
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
