import { type ComposeProject, isComposeFile } from '../stack/compose-project.ts';
import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import type { Change } from './change.ts';
import { reloadServiceCommand, restartServiceCommand } from './commands.ts';
import type { NextStep } from './next-step.ts';

/**
 * What makes the services that watch the pool take changed files; a service that is new starts with them.
 */
export function monitoringSteps(changes: readonly Change[], project: ComposeProject): NextStep[] {
  const compose = changes.find(({ path }) => isComposeFile(path));
  const isDue = (service: string, files: string) =>
    compose?.before?.includes(`\n  ${service}:\n`) === true &&
    compose.after?.text.includes(`\n  ${service}:\n`) === true &&
    changes.some(({ kind, path }) => kind !== 'unchanged' && path.startsWith(files));
  const { exporter, prometheus, grafana } = MONITORING_SERVICES;
  const steps: NextStep[] = [];
  if (isDue(exporter, 'monitoring/exporter/'))
    steps.push({
      command: restartServiceCommand(project, exporter),
      why: 'restart the exporter, which reads its connection string only then',
    });
  if (isDue(prometheus, 'monitoring/prometheus/'))
    steps.push({
      command: reloadServiceCommand(project, prometheus),
      why: 'make Prometheus read its files anew',
    });
  if (isDue(grafana, 'monitoring/grafana/'))
    steps.push({ command: restartServiceCommand(project, grafana), why: 'make Grafana read its files anew' });
  return steps;
}
