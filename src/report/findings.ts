import type { Page } from '../problems/page.ts';
import { isError, isWarning, type Problem } from '../problems/problem.ts';
import { printable } from './printable.ts';
import { formatProblem, labelOf, problemToJson } from './problems.ts';
import type { Reporter } from './reporter.ts';

/** What `check` found. */
export interface Checked {
  /** Undefined where the file does not even tell which there are. */
  readonly environment: string | undefined;
  readonly problems: readonly Problem[];
  readonly ignored: readonly { readonly problem: Problem; readonly reason: string }[];
}

/** So many findings are shown on a screen; `--json` lists all. */
const MAX_SHOWN = 50;

/**
 * Reports findings: each with its code, where and why; for machines one object.
 * @param pageOf the page of a finding, which says why; undefined for what is no matter of the settings
 */
export function reportChecked(
  { environment, problems, ignored }: Checked,
  pageOf: (problem: Problem) => Page | undefined,
  report: Reporter,
): void {
  report.data({
    environment,
    ok: !problems.some(isError),
    findings: problems.map((problem) => ({ ...problemToJson(problem), why: pageOf(problem)?.why })),
    ignored: ignored.map(({ problem, reason }) => ({ ...problemToJson(problem), reason })),
  });
  const explained = new Set<string>();
  for (const problem of problems.slice(0, MAX_SHOWN))
    for (const line of formatFinding(problem, pageOf(problem), explained, report.style)) report.line(line);
  const hidden = problems.length - MAX_SHOWN;
  if (hidden > 0) report.line(`and ${hidden} more; --json lists them all\n`);
  const inOrder = [...ignored].sort((a, b) => (a.problem.at?.line ?? 0) - (b.problem.at?.line ?? 0));
  for (const { problem, reason } of inOrder)
    report.detail(
      report.style.dim(
        `ignored ${problem.code} at ${problem.at?.file}:${problem.at?.line}: ${printable(reason)}`,
      ),
    );
  report.line(summarise(environment, problems, ignored.length, report.style));
}

/** A finding as people read it; why is told once for each code. */
function formatFinding(
  problem: Problem,
  page: Page | undefined,
  explained: Set<string>,
  style: Reporter['style'],
): string[] {
  const text = formatProblem(problem, style, `${labelOf(problem, style)} ${style.dim(`[${problem.code}]`)}`);
  if (page === undefined || explained.has(problem.code)) return [text, ''];
  explained.add(problem.code);
  return [text, `  ${style.cyan('why:')} ${page.why}`, ''];
}

function summarise(
  environment: string | undefined,
  problems: readonly Problem[],
  ignored: number,
  style: Reporter['style'],
): string {
  const errors = problems.filter(isError).length;
  const warnings = problems.filter(isWarning).length;
  const counts = [
    count(errors, 'error'),
    count(warnings, 'warning'),
    count(problems.length - errors - warnings, 'note'),
    ignored === 0 ? '' : `${ignored} ignored`,
  ].filter((part) => part !== '');
  const name = environment === undefined ? '' : `${style.bold(environment)}: `;
  const verdict = problems.length === 0 ? style.green('nothing found') : '';
  return `${name}${[verdict, ...counts].filter((part) => part !== '').join(', ')}`;
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}
