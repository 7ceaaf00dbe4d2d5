import type { ChalkInstance } from 'chalk';
import type { Place, Problem } from '../problems/problem.ts';

/** `file:line:column`, as far as it is known. */
function formatPlace({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** The line with a caret below the place, for a terminal; empty where the line is not known. */
function excerpt({ line, column, length, text }: Place): string[] {
  if (line === undefined || text === undefined) return [];
  const margin = `${line} | `;
  // A very long line is cut around the place, so that the caret stays in sight.
  const start = Math.max(0, (column ?? 1) - 61);
  const shown = text.slice(start, start + 120).replaceAll('\t', ' ');
  const offset = (column ?? 1) - 1 - start;
  const carets = '^'.repeat(Math.max(1, Math.min(length ?? 1, shown.length - offset)));
  return [`  ${margin}${shown}`, `  ${' '.repeat(String(line).length)} | ${' '.repeat(offset)}${carets}`];
}

/** A problem as people read it: where and what, the line itself, what to do next. */
export function formatProblem(problem: Problem, style: ChalkInstance): string {
  const label = problem.severity === 'error' ? style.red('error') : style.yellow('warning');
  const place = problem.at ? `${style.bold(formatPlace(problem.at))}: ` : '';
  const lines = [`${place}${label}: ${problem.message}`];
  if (problem.at) lines.push(...excerpt(problem.at).map((line) => style.dim(line)));
  if (problem.hint !== undefined) lines.push(`  ${style.cyan('fix:')} ${problem.hint}`);
  return lines.join('\n');
}

/** A problem as machines read it. */
export function problemToJson({ code, severity, message, hint, at }: Problem): object {
  return { code, severity, message, hint, file: at?.file, line: at?.line, column: at?.column };
}
