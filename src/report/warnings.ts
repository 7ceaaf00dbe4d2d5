import type { Problem } from '../problems/problem.ts';
import { formatProblem } from './problems.ts';
import type { Reporter } from './reporter.ts';

/** So many are shown beside what was asked for; ten thousand users may have as many weak passwords. */
const MAX_SHOWN = 50;

/** Reports warnings on the way to something else; for machines they are part of the result. */
export function reportWarnings(warnings: readonly Problem[], report: Reporter): void {
  if (report.json) return;
  for (const warning of warnings.slice(0, MAX_SHOWN))
    report.notice(`${formatProblem(warning, report.errStyle)}\n`);
  const hidden = warnings.length - MAX_SHOWN;
  if (hidden > 0) report.notice(`and ${hidden} more warnings; ecar-pool check --json lists them all\n`);
}
