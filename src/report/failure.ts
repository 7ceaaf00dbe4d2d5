import { type ExpectedError, SettingsError } from '../problems/errors.ts';
import { printableLines } from './printable.ts';
import { formatProblem, problemToJson } from './problems.ts';
import type { Reporter } from './reporter.ts';

/** So many problems are shown on a screen; who has more of them has one that repeats. `--json` lists all. */
const MAX_SHOWN = 50;

/** Reports an error that the user can act on: every problem it carries, or its message and the next step. */
export function reportFailure(error: ExpectedError, report: Reporter): void {
  if (error instanceof SettingsError) {
    report.data({ error: { message: error.message, problems: error.problems.map(problemToJson) } });
    if (report.json) return;
    for (const problem of error.problems.slice(0, MAX_SHOWN))
      report.notice(`${formatProblem(problem, report.errStyle)}\n`);
    const hidden = error.problems.length - MAX_SHOWN;
    if (hidden > 0) report.notice(`and ${hidden} more; --json lists them all\n`);
    // Without a settings file there are no settings to have a problem in.
    if (error.problems[0]?.code !== 'missing')
      report.notice(report.errStyle.bold(`${error.message}; nothing was written`));
    return;
  }
  report.data({ error: { message: error.message, hint: error.hint } });
  if (report.json) return;
  report.notice(`${report.errStyle.red('error')}: ${printableLines(error.message)}`);
  if (error.hint !== undefined)
    report.notice(`  ${report.errStyle.cyan('fix:')} ${printableLines(error.hint)}`);
}

/** Reports a bug of ours: the only place where a stack trace reaches a user. */
export function reportBug(error: unknown, version: string, report: Reporter): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  report.data({ error: { message: 'ecar-pool failed because of a bug in it', stack: text } });
  if (report.json) return;
  report.notice(
    `${report.errStyle.red('bug')}: ecar-pool ${version} on Node ${process.version} failed\n${text}`,
  );
  report.notice('Please report this with the command that you ran; check the text above for secrets first.');
}
