/** What can be wrong with what people wrote: a value, collected, so that all of it is reported at once. */
export interface Problem {
  /** Stable, kebab-case: for machines and for tests; `pages.ts` has a page on each that settings can have. */
  readonly code: string;
  /** A note is told by `check` alone. */
  readonly severity: 'error' | 'warning' | 'note';
  /** What is wrong, in one sentence without a full stop. */
  readonly message: string;
  /** What to do next, as an imperative sentence without a full stop. */
  readonly hint?: string | undefined;
  /** How that was worked out, line by line. */
  readonly details?: readonly string[] | undefined;
  readonly at?: Place | undefined;
  /** A judgement that a comment in the settings file may overrule; without it, nothing can be rendered. */
  readonly ignorable?: true;
  /** Judgement that is worth little before the settings fit: until then, only `check` tells it. */
  readonly waits?: true;
  /** An error that time alone brings: `check` fails for it, and the rest goes on, so that no clock stops a backup. */
  readonly byTime?: true;
}

/** Where in a file; `line` and `column` count from 1, `column` and `length` in characters. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly length?: number | undefined;
  /** The line itself. Left out where it could hold a secret. */
  readonly text?: string | undefined;
}

export function isError(problem: Problem): boolean {
  return problem.severity === 'error';
}

export function isWarning(problem: Problem): boolean {
  return problem.severity === 'warning';
}
