import { MONITORING_SERVICES } from '../stack/monitoring.ts';
import { GRAFANA_FOLDER, PASSWORD_FILE } from '../writers/monitoring/grafana.ts';
import type { Change } from './change.ts';
import { reloadServiceCommand, resetGrafanaCommand, restartServiceCommand } from './commands.ts';
import type { NextStep } from './next-step.ts';

/**
 * What makes the services that watch the pool take changed files; a service that is new starts with them.
 * @param folder the output folder as people would type it
 */
export function monitoringSteps(changes: readonly Change[], folder: string): NextStep[] {
  const compose = changes.find(({ path }) => path === 'docker-compose.yml');
  const isDue = (service: string, files: string) =>
    compose?.before?.includes(`\n  ${service}:\n`) === true &&
    compose.after?.text.includes(`\n  ${service}:\n`) === true &&
    changes.some(({ kind, path }) => kind !== 'unchanged' && path.startsWith(files));
  const { exporter, prometheus, grafana } = MONITORING_SERVICES;
  const steps: NextStep[] = [];
  if (isDue(exporter, 'monitoring/exporter/'))
    steps.push({
      command: restartServiceCommand(folder, exporter),
      why: 'restart the exporter, which reads its connection string only then',
    });
  if (isDue(prometheus, 'monitoring/prometheus/'))
    steps.push({
      command: reloadServiceCommand(folder, prometheus),
      why: 'make Prometheus read its files anew',
    });
  // It looks for a changed dashboard itself, every 10 s.
  if (isDue(grafana, `${GRAFANA_FOLDER}/provisioning/`))
    steps.push({ command: restartServiceCommand(folder, grafana), why: 'make Grafana read its files anew' });
  if (isDue(grafana, `${GRAFANA_FOLDER}/${PASSWORD_FILE}`))
    steps.push({
      command: resetGrafanaCommand(folder),
      why: 'give the admin of Grafana the new password, which it reads from its file at its first start only',
    });
  return steps;
}
