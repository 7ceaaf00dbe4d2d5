import { escapeInterpolation } from '../../formats/compose-yaml.ts';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { EXPORTER_PORT, type Exporter } from '../../stack/prometheus.ts';
import type { Stack } from '../../stack/stack.ts';
import { CONNECTION_FILE, EXPORTER_FOLDER } from '../monitoring/exporter.ts';
import { HARDENED } from './hardened.ts';
import { commonParts, mountFolder, type Service } from './service.ts';
import { publishPort, shellCheck } from './web-service.ts';

const MOUNT = '/etc/ecar-pool';

/**
 * Reads the connection string from its file, because the exporter takes it only as an argument, which everybody
 * sees, or as a variable, which `docker inspect` shows where Compose sets it. Without one it would watch a PgBouncer
 * of its own default.
 */
const START = `s=$(cat ${MOUNT}/${CONNECTION_FILE}) && [ -n "$s" ] && PGBOUNCER_EXPORTER_CONNECTION_STRING=$s exec /bin/pgbouncer_exporter`;

/** PgBouncer's console as metrics. */
export function exporterService({ image, published }: Exporter, stack: Stack): Service {
  return {
    image,
    ...commonParts(stack, MONITORING_SERVICES.exporter),
    entrypoint: ['/bin/sh', '-c', escapeInterpolation(START)],
    ...(published ? { ports: [publishPort(published.bind, published.port, EXPORTER_PORT)] } : {}),
    volumes: [mountFolder(`./${EXPORTER_FOLDER}`, MOUNT)],
    // Of the exporter alone: /metrics would log in to PgBouncer each time.
    healthcheck: shellCheck(`wget -q -O /dev/null http://127.0.0.1:${EXPORTER_PORT}/`),
    ...HARDENED,
  };
}
