import type { Place } from '../problems/problem.ts';

/** A file's text that positions point into. */
export interface Source {
  /** As people know it: the path that they gave. */
  readonly name: string;
  readonly text: string;
  /** Offsets at which the lines start. */
  readonly lineStarts: readonly number[];
}

/** A stretch of a source, in offsets; `end` is exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export function createSource(name: string, text: string): Source {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { name, text, lineStarts };
}

/** Where a span starts, with its line; a value that may be a secret is blotted out of the line. */
export function placeOf({ source, start, end }: Span): Place {
  if (source.text === '') return { file: source.name };
  const line = lineAt(source.lineStarts, start);
  const from = source.lineStarts[line] ?? 0;
  const text = source.text
    .slice(from, (source.lineStarts[line + 1] ?? source.text.length + 1) - 1)
    .replace(/\r$/, '');
  const length = Math.max(1, Math.min(end, from + text.length) - start);
  return { file: source.name, line: line + 1, column: start - from + 1, length, text: blotSecrets(text) };
}

/** The 0-based line that holds an offset, by binary search. */
function lineAt(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Someone may have written a password where a reference belongs: it must not reach a log by way of our error. */
function blotSecrets(line: string): string {
  return line.replace(
    /((?:password|passwd|secret|token)\S*\s*:\s*)(?!\s|\{\s*(?:env|file)\b|$)(.+)$/i,
    '$1[redacted]',
  );
}
