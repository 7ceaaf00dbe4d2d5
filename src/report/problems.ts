import type { ChalkInstance } from 'chalk';
import type { Place, Problem } from '../problems/problem.ts';
import { columnsOf, printable } from './printable.ts';

/** So many characters of a line before the place, and so many in all, keep the marks in sight. */
const BEFORE = 60;
const SHOWN = 120;

const LEFT_OUT = '[redacted]';

/** `file:line:column`, as far as it is known. */
function formatPlace({ file, line, column }: Place): string {
  return [printable(file), line, column].filter((part) => part !== undefined).join(':');
}

/** The line with marks below the place; empty where the line is not known. */
function excerpt({ line, column = 1, length = 1, text }: Place): string[] {
  if (line === undefined || text === undefined) return [];
  // What lies in or behind what is left out is marked there.
  const from = text.endsWith(LEFT_OUT) ? Math.min(column - 1, text.length - LEFT_OUT.length) : column - 1;
  const start = Math.max(0, from - BEFORE);
  const window = text.slice(start, start + SHOWN);
  const at = from - start;
  const [before, marked] = [window.slice(0, at), window.slice(at, at + Math.max(length, column - from))].map(
    oneCharEach,
  );
  const [head, tail] = [start > 0 ? '…' : '', start + SHOWN < text.length ? '…' : ''];
  const indent = ' '.repeat(columnsOf(head + before));
  const margin = `  ${' '.repeat(String(line).length)} | `;
  return [
    `  ${line} | ${head}${oneCharEach(window)}${tail}`,
    `${margin}${indent}${'^'.repeat(Math.max(1, columnsOf(marked ?? '')))}`,
  ];
}

/** A file may hold characters that move the cursor or colour the screen: each is shown as one that does not. */
function oneCharEach(text: string): string {
  return text.replaceAll('\t', ' ').replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\uFFFD');
}

/** A problem as people read it: where and what, the line itself, the arithmetic, what to do next. */
export function formatProblem(
  problem: Problem,
  style: ChalkInstance,
  label = labelOf(problem, style),
): string {
  const place = problem.at ? `${style.bold(formatPlace(problem.at))}: ` : '';
  const lines = [`${place}${label}: ${printable(problem.message)}`];
  if (problem.at) lines.push(...excerpt(problem.at).map((line) => style.dim(line)));
  for (const detail of problem.details ?? []) lines.push(`  ${printable(detail)}`);
  if (problem.hint !== undefined) lines.push(`  ${style.cyan('fix:')} ${printable(problem.hint)}`);
  return lines.join('\n');
}

/** What kind of problem it is, in its colour. */
export function labelOf({ severity }: Problem, style: ChalkInstance): string {
  if (severity === 'error') return style.red('error');
  return severity === 'warning' ? style.yellow('warning') : style.cyan('note');
}

/** A problem as machines read it. */
export function problemToJson({ code, severity, message, hint, details, at }: Problem): object {
  return { code, severity, message, hint, details, file: at?.file, line: at?.line, column: at?.column };
}
