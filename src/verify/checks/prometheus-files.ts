import { composeCommand, reloadServiceCommand } from '../../plan/commands.ts';
import { hashText } from '../../plan/plan-files.ts';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';

const ID = 'prometheus-files';
const TITLE = 'Prometheus files';
const FOLDER = 'monitoring/prometheus/';

/**
 * Whether Prometheus runs with its files as they lie on the disk: its container sees them, and it has taken them since
 * each was put in place. Whether they are the right ones is what `checkFiles` tells.
 */
export const checkPrometheusFiles: Check = ({ subject, evidence }) => {
  const { prometheus } = evidence.monitoring;
  if (prometheus === undefined) return [];
  if ('failure' in prometheus) return [skip(ID, TITLE, 'Prometheus did not answer')];
  const { project } = subject;
  const { files, reload } = prometheus.value;
  const names: string[] = [];
  const strange: string[] = [];
  const unread: string[] = [];
  for (const { path, before, kind } of subject.changes) {
    if (!path.startsWith(FOLDER) || before === undefined || kind === 'remove') continue;
    const name = path.slice(FOLDER.length);
    const found = files.get(name);
    names.push(name);
    if (found?.sha256 !== hashText(before)) strange.push(name);
    else if (found.changedAt > reload.takenAt) unread.push(name);
  }
  if (strange.length > 0) {
    const words = ['up', '-d', '--wait', '--force-recreate', MONITORING_SERVICES.prometheus];
    return [
      fail(ID, TITLE, {
        observed: `its container does not see ${strange.join(', ')} as on the disk`,
        cause: 'It has a folder mounted that was deleted or moved since, and reads that',
        hint: `run ${composeCommand(project, ...words)}`,
      }),
    ];
  }
  const hint = `make it read anew: ${reloadServiceCommand(project, MONITORING_SERVICES.prometheus)}`;
  if (!reload.isGood) {
    const see = composeCommand(project, 'logs', '--tail', '50', MONITORING_SERVICES.prometheus);
    return [
      fail(ID, TITLE, {
        observed: 'it could not take its files when it read them last',
        hint: `see ${see}, then ${hint}`,
      }),
    ];
  }
  if (unread.length === 0) return [ok(ID, TITLE, `${names.length} read as they lie on the disk`)];
  return [
    fail(ID, TITLE, {
      observed: `${unread.join(', ')} changed since it read them`,
      cause: 'Prometheus reads its files when it starts and on SIGHUP',
      hint,
    }),
  ];
};
