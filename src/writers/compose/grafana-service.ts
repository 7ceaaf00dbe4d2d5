import type { GrafanaServer } from '../../stack/grafana.ts';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import type { Stack } from '../../stack/stack.ts';
import { VOLUMES } from '../../stack/volumes.ts';
import { GRAFANA_FOLDER, GRAFANA_MOUNT, PASSWORD_FILE } from '../monitoring/grafana.ts';
import { HARDENED } from './hardened.ts';
import { commonParts, mountFolder, type Service } from './service.ts';
import { publishPort, shellCheck } from './web-service.ts';

/** The port that Grafana listens on in its container. */
const GRAFANA_PORT = 3000;

/** Grafana with the dashboard and where to read from; nobody signs up, and it reports nothing of its use. */
export function grafanaService({ image, bind, port }: GrafanaServer, stack: Stack): Service {
  return {
    image,
    ...commonParts(stack, MONITORING_SERVICES.grafana),
    environment: {
      GF_SECURITY_ADMIN_PASSWORD__FILE: `${GRAFANA_MOUNT}/${PASSWORD_FILE}`,
      GF_PATHS_PROVISIONING: `${GRAFANA_MOUNT}/provisioning`,
      GF_USERS_ALLOW_SIGN_UP: 'false',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    },
    ports: [publishPort(bind, port, GRAFANA_PORT)],
    volumes: [
      mountFolder(`./${GRAFANA_FOLDER}`, GRAFANA_MOUNT),
      { type: 'volume', source: VOLUMES.grafana, target: '/var/lib/grafana' },
    ],
    // Plugins unpack here.
    tmpfs: ['/tmp'],
    healthcheck: shellCheck(`wget -q -O /dev/null http://127.0.0.1:${GRAFANA_PORT}/api/health`),
    ...HARDENED,
  };
}
