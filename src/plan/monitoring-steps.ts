import { type ComposeProject, isComposeFile } from '../stack/compose-project.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import type { Change } from './change.ts';
import { reloadServiceCommand, restartServiceCommand } from './commands.ts';
import type { NextStep } from './next-step.ts';

/** A service that watches the pool and is to take changed files. */
export type MonitoringNeed = keyof typeof TAKING;

/** How each service takes changed files, and where they lie. */
const TAKING = {
  exporter: {
    files: 'monitoring/exporter/',
    kind: 'restart',
    why: 'restart the exporter, which reads its connection string only then',
  },
  prometheus: {
    files: 'monitoring/prometheus/',
    kind: 'reload',
    why: 'make Prometheus read its files anew',
  },
  grafana: { files: 'monitoring/grafana/', kind: 'restart', why: 'make Grafana read its files anew' },
} as const;

const WATCHERS = ['exporter', 'prometheus', 'grafana'] as const;

/** Which services that watch the pool have changed files; one that is new starts with them. */
export function findMonitoringNeeds(changes: readonly Change[]): MonitoringNeed[] {
  const compose = changes.find(({ path }) => isComposeFile(path));
  return WATCHERS.filter((watcher) => {
    const service = MONITORING_SERVICES[watcher];
    return (
      compose?.before?.includes(`\n  ${service}:\n`) === true &&
      compose.after?.text.includes(`\n  ${service}:\n`) === true &&
      changes.some(({ kind, path }) => kind !== 'unchanged' && path.startsWith(TAKING[watcher].files))
    );
  });
}

/** What makes the services that watch the pool take changed files. */
export function monitoringSteps(needs: readonly MonitoringNeed[], project: ComposeProject): NextStep[] {
  return WATCHERS.filter((watcher) => needs.includes(watcher)).map((watcher) => {
    const { kind, why, files } = TAKING[watcher];
    const command = kind === 'restart' ? restartServiceCommand : reloadServiceCommand;
    return { kind, command: command(project, MONITORING_SERVICES[watcher]), why, causes: [files] };
  });
}
