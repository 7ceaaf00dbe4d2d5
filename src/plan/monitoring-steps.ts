import { type ComposeProject, isComposeFile } from '../stack/compose-project.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { GRAFANA_FOLDER, PASSWORD_FILE } from '../writers/monitoring/grafana.ts';
import type { Change } from './change.ts';
import { reloadServiceCommand, resetGrafanaCommand, restartServiceCommand } from './commands.ts';
import type { NextStep } from './next-step.ts';

/** Something that watches the pool and is to take changed files. */
export type MonitoringNeed = keyof typeof TAKING;

/** How each takes changed files, and where they lie. Grafana looks for a changed dashboard itself, every 10 s. */
const TAKING = {
  exporter: {
    service: MONITORING_SERVICES.exporter,
    files: 'monitoring/exporter/',
    kind: 'restart',
    why: 'restart the exporter, which reads its connection string only then',
  },
  prometheus: {
    service: MONITORING_SERVICES.prometheus,
    files: 'monitoring/prometheus/',
    kind: 'reload',
    why: 'make Prometheus read its files anew',
  },
  grafana: {
    service: MONITORING_SERVICES.grafana,
    files: `${GRAFANA_FOLDER}/provisioning/`,
    kind: 'restart',
    why: 'make Grafana read its files anew',
  },
  grafanaPassword: {
    service: MONITORING_SERVICES.grafana,
    files: `${GRAFANA_FOLDER}/${PASSWORD_FILE}`,
    kind: 'password',
    why: 'give the admin of Grafana the new password, which it reads from its file at its first start only',
  },
} as const;

const COMMANDS = {
  restart: restartServiceCommand,
  reload: reloadServiceCommand,
  password: resetGrafanaCommand,
} as const;

const NEEDS = ['exporter', 'prometheus', 'grafana', 'grafanaPassword'] as const;

/** What watches the pool and has changed files; a service that is new starts with them. */
export function findMonitoringNeeds(changes: readonly Change[]): MonitoringNeed[] {
  const compose = changes.find(({ path }) => isComposeFile(path));
  return NEEDS.filter(
    (need) =>
      hasService(compose?.before, need) &&
      hasService(compose?.after?.text, need) &&
      changes.some(({ kind, path }) => kind !== 'unchanged' && path.startsWith(TAKING[need].files)),
  );
}

/** Whether a docker-compose.yml defines the service that is to take files. */
export function hasService(compose: string | undefined, need: MonitoringNeed): boolean {
  return compose?.includes(`\n  ${TAKING[need].service}:\n`) === true;
}

/** What makes the services that watch the pool take changed files. */
export function monitoringSteps(needs: readonly MonitoringNeed[], project: ComposeProject): NextStep[] {
  return NEEDS.filter((need) => needs.includes(need)).map((need) => {
    const { service, kind, why, files } = TAKING[need];
    return { kind, command: COMMANDS[kind](project, service), why, causes: [files] };
  });
}
