import { reloadServiceCommand } from '../../plan/commands.ts';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { quote } from '../explain.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check, Scene } from '../scene.ts';

const ID = 'prometheus-rules';
const TITLE = 'Prometheus rules';

/** Whether Prometheus has loaded every rule that is rendered, and can evaluate them. */
export const checkPrometheusRules: Check = (scene) => {
  const { prometheus } = scene.evidence.monitoring;
  if (prometheus === undefined) return [];
  if ('failure' in prometheus) return [skip(ID, TITLE, 'Prometheus did not answer')];
  const loaded = new Set(prometheus.value.rules.map(({ name }) => name));
  const missing = renderedRules(scene).filter((name) => !loaded.has(name));
  const { project } = scene.subject;
  const reload = reloadServiceCommand(project, MONITORING_SERVICES.prometheus);
  if (missing.length > 0)
    return [
      fail(ID, TITLE, {
        observed: `${missing.join(', ')} not loaded`,
        cause:
          'Prometheus reads its rules when it starts and on SIGHUP, and has not since they were rendered',
        hint: `make it read anew: ${reload}`,
      }),
    ];
  const broken = prometheus.value.rules.filter(({ health }) => health === 'err');
  if (broken.length > 0) {
    const told = broken.map(({ name, lastError }) => `${name}: ${lastError}`).join('; ');
    return [
      fail(ID, TITLE, { observed: quote(told, scene.redact), expected: 'every rule can be evaluated' }),
    ];
  }
  const alerts = prometheus.value.rules.filter(({ type }) => type === 'alerting').length;
  const series = prometheus.value.rules.length - alerts;
  const observed = `${alerts} alerts and ${series} recorded series loaded`;
  return [ok(ID, TITLE, observed, { ms: prometheus.ms })];
};

/** The names of the rules in the rendered files. */
function renderedRules({ subject }: Scene): string[] {
  return subject.changes
    .filter(({ path }) => path.startsWith('monitoring/prometheus/rules/'))
    .flatMap(({ after }) => [...(after?.text ?? '').matchAll(/^ +- (?:alert|record): "?([\w:]+)"?$/gm)])
    .map(([, name = '']) => name);
}
