import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { PROMETHEUS_MOUNT, PROMETHEUS_PORT, type PrometheusServer } from '../../stack/prometheus.ts';
import type { Stack } from '../../stack/stack.ts';
import { VOLUMES } from '../../stack/volumes.ts';
import { PROMETHEUS_FOLDER } from '../monitoring/prometheus.ts';
import { HARDENED } from './hardened.ts';
import { commonParts, mountFolder, type Service } from './service.ts';
import { publishPort, shellCheck } from './web-service.ts';

/**
 * Healthy once it has looked at the exporter since it started, whatever it saw: then there is something to verify. A
 * query would find what it saw before, in its volume.
 */
const HAS_LOOKED = `wget -q -O - 'http://127.0.0.1:${PROMETHEUS_PORT}/api/v1/targets?state=active' | grep -qE '"health":"(up|down)"'`;

/** Prometheus, which takes its files anew on SIGHUP. */
export function prometheusService({ image, bind, port, retention }: PrometheusServer, stack: Stack): Service {
  return {
    image,
    ...commonParts(stack, MONITORING_SERVICES.prometheus),
    command: [
      `--config.file=${PROMETHEUS_MOUNT}/prometheus.yml`,
      '--storage.tsdb.path=/prometheus',
      `--storage.tsdb.retention.time=${retention}`,
    ],
    ports: [publishPort(bind, port, PROMETHEUS_PORT)],
    volumes: [
      mountFolder(`./${PROMETHEUS_FOLDER}`, PROMETHEUS_MOUNT),
      { type: 'volume', source: VOLUMES.prometheus, target: '/prometheus' },
    ],
    healthcheck: shellCheck(HAS_LOOKED),
    // It writes what it holds in memory to the disk.
    stop_grace_period: '60s',
    ...HARDENED,
  };
}
