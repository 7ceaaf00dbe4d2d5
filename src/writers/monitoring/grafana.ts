import type { PlannedFile } from '../../plan/file-plan.ts';
import type { Rendering } from '../rendering.ts';
import { shippedFile } from './shipped-file.ts';

/** In the output folder: what Grafana's container mounts. */
export const GRAFANA_FOLDER = 'monitoring/grafana';
export const PASSWORD_FILE = 'admin-password';
/** Where it mounts that. */
export const GRAFANA_MOUNT = '/etc/ecar-pool';

const DASHBOARD = `${GRAFANA_FOLDER}/dashboards/pgbouncer.json`;
const PROVISIONING = [
  `${GRAFANA_FOLDER}/provisioning/dashboards/ecar-pool.yml`,
  `${GRAFANA_FOLDER}/provisioning/datasources/ecar-pool.yml`,
];

/** The dashboard and, for a Grafana of our own, what makes it show it. */
export function writeGrafanaFiles(rendering: Rendering): readonly PlannedFile[] {
  const { grafana } = rendering.stack.monitoring;
  if (grafana === undefined) return [];
  const dashboard = { path: DASHBOARD, mode: 0o644, text: rendering.template(DASHBOARD) };
  if (grafana.server === undefined) return [dashboard];
  return [
    dashboard,
    ...PROVISIONING.map((path) => shippedFile(path, rendering)),
    // Readable for the image's own user: the folder above, 0700, keeps other users of the host out.
    {
      path: `${GRAFANA_FOLDER}/${PASSWORD_FILE}`,
      mode: 0o644,
      text: `${grafana.server.password.reveal()}\n`,
    },
  ];
}
