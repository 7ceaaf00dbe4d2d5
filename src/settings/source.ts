import type { Place } from '../problems/problem.ts';

/** A file's text that positions point into. */
export interface Source {
  /** As people know it: the path that they gave. */
  readonly name: string;
  readonly text: string;
  /** Offsets at which the lines start. */
  readonly lineStarts: readonly number[];
  /** Where the part of a line that nobody may see begins, or undefined; both count from 0. */
  readonly secretFrom: (line: number) => number | undefined;
}

/** A stretch of a source, in offsets; `end` is exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/**
 * @param findSecrets says for each line from which column on it must not be shown; called once, when first needed
 */
export function createSource(
  name: string,
  text: string,
  findSecrets: (lines: readonly string[]) => readonly (number | undefined)[] = () => [],
): Source {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  let found: readonly (number | undefined)[] | undefined;
  return {
    name,
    text,
    lineStarts,
    secretFrom: (line) => {
      found ??= findSecrets(text.split('\n'));
      return found[line];
    },
  };
}

/** The span that stands for a file as a whole: for what is missing there is no line to show. */
export function wholeFile({ source }: Span): Span {
  return { source, start: 0, end: 0 };
}

/** Where a span starts, with its line; what may be a secret is left out of the line. */
export function placeOf({ source, start, end }: Span): Place {
  if (end === 0) return { file: source.name };
  const line = lineAt(source.lineStarts, start);
  const from = source.lineStarts[line] ?? 0;
  const full = source.text
    .slice(from, (source.lineStarts[line + 1] ?? source.text.length + 1) - 1)
    .replace(/\r$/, '');
  const secretFrom = source.secretFrom(line);
  const text = secretFrom === undefined ? full : `${full.slice(0, secretFrom)}[redacted]`;
  // The marks below a secret must not tell how long it is.
  const reachesSecret = secretFrom !== undefined && end - from > secretFrom;
  const length = Math.max(
    1,
    (reachesSecret ? text.length : Math.min(end - from, full.length)) - (start - from),
  );
  return { file: source.name, line: line + 1, column: start - from + 1, length, text };
}

/** The 0-based line that holds an offset, by binary search. */
export function lineAt(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
