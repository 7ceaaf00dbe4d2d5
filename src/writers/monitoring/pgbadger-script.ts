import type { PlannedFile } from '../../plan/file-plan.ts';
import type { Rendering } from '../rendering.ts';
import { fillScript } from './fill-script.ts';

/** The script of the pgBadger service, where there is one. */
export function writePgbadgerScript(rendering: Rendering): PlannedFile[] {
  const { pgbadger } = rendering.stack.monitoring;
  if (pgbadger === undefined) return [];
  const text = fillScript(rendering, 'monitoring/pgbadger.sh', {
    weeks: pgbadger.keep_weeks,
    logs: pgbadger.postgres ? 'pgbouncer postgres' : 'pgbouncer',
  });
  return [{ path: 'monitoring/pgbadger/report.sh', mode: 0o644, text }];
}
