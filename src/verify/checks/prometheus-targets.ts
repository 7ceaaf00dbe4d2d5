import { composeCommand, reloadServiceCommand } from '../../plan/commands.ts';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { quote } from '../explain.ts';
import { fail, ok, type Row, skip } from '../row.ts';
import type { Check, Scene } from '../scene.ts';
import { isDown } from './containers.ts';

const ID = 'prometheus-targets';
const TITLE = 'Prometheus targets';

/** Whether Prometheus gets an answer from all that it looks at, and looks at anything. */
export const checkPrometheusTargets: Check = (scene) => {
  const { evidence, redact } = scene;
  const { prometheus } = evidence.monitoring;
  if (prometheus === undefined) return [];
  if (isDown(evidence.containers, MONITORING_SERVICES.prometheus))
    return [skip(ID, TITLE, 'its container is not up')];
  const { ms } = prometheus;
  if ('failure' in prometheus)
    return [fail(ID, TITLE, { observed: quote(prometheus.failure, redact), hint: see(scene) }, { ms })];
  const { targets } = prometheus.value;
  if (targets.length === 0) return [unread(scene)];
  const amiss = targets.filter(({ health }) => health !== 'up');
  const names = targets.map(({ address }) => address).join(', ');
  if (amiss.length === 0) return [ok(ID, TITLE, `up: ${names}`, { ms })];
  const told = amiss.map(({ address, health, lastError }) =>
    [`${address} is ${health}`, lastError].filter(Boolean).join(': '),
  );
  const observed = quote(told.join('; '), redact);
  // It looks again within 15 s.
  return [fail(ID, TITLE, { observed, expected: `up: ${names}`, hint: see(scene), transient: true }, { ms })];
};

function see({ subject }: Scene): string {
  const { project } = subject;
  return `see ${composeCommand(project, 'logs', '--tail', '50', MONITORING_SERVICES.prometheus)}`;
}

function unread({ subject }: Scene): Row {
  const reload = reloadServiceCommand(subject.project, MONITORING_SERVICES.prometheus);
  const cause = 'Prometheus runs without the rendered scrape job';
  return fail(ID, TITLE, { observed: 'it looks at nothing', cause, hint: `make it read anew: ${reload}` });
}
