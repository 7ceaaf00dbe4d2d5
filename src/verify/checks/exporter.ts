import { composeCommand } from '../../plan/commands.ts';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { explain, quote } from '../explain.ts';
import { EXPORTER_CAUSES } from '../exporter-causes.ts';
import { fail, ok, type Row, skip } from '../row.ts';
import type { Check, Scene } from '../scene.ts';
import { isDown } from './containers.ts';

const ID = 'exporter';
const TITLE = 'exporter';

/** Whether the exporter answers, and whether PgBouncer answers it. */
export const checkExporter: Check = (scene) => {
  const { evidence, redact } = scene;
  const { metrics } = evidence.monitoring;
  if (metrics === undefined) return [];
  if (isDown(evidence.containers, MONITORING_SERVICES.exporter))
    return [skip(ID, TITLE, 'its container is not up')];
  const { ms } = metrics;
  if ('failure' in metrics)
    return [fail(ID, TITLE, { observed: quote(metrics.failure, redact), hint: seeLog(scene) }, { ms })];
  const shown = metrics.value.match(/^pgbouncer_\w+/gm) ?? [];
  if (isDown(evidence.containers, 'pgbouncer')) return [skip(ID, TITLE, 'the pgbouncer container is not up')];
  if (/^pgbouncer_up 1$/m.test(metrics.value))
    return [ok(ID, TITLE, `reads the console: ${new Set(shown).size} metrics`, { ms })];
  return [unanswered(scene, ms)];
};

/** The exporter is there, and cannot get into the console: its log says why. */
function unanswered(scene: Scene, ms: number): Row {
  const { evidence, redact } = scene;
  const said = evidence.aftermath.exporterLog.match(/(?<= err=").*(?="$)/gm)?.at(-1) ?? '';
  const cause = EXPORTER_CAUSES.find(({ pattern }) => pattern.test(said));
  const observed = `cannot read the console${said === '' ? '' : `: ${quote(said, redact)}`}`;
  const why = cause ? explain(cause, scene) : { hint: seeLog(scene) };
  return fail(ID, TITLE, { observed, expected: 'pgbouncer_up 1', ...why }, { ms });
}

function seeLog({ subject }: Scene): string {
  const words = ['logs', '--tail', '50', MONITORING_SERVICES.exporter];
  return `see ${composeCommand(subject.project, ...words)}`;
}
