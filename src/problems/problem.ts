/** What can be wrong with what people wrote: a value, collected, so that all of it is reported at once. */
export interface Problem {
  /** Stable, kebab-case: for machines and for tests. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** What is wrong, in one sentence without a full stop. */
  readonly message: string;
  /** What to do next, as an imperative sentence without a full stop. */
  readonly hint?: string | undefined;
  readonly at?: Place | undefined;
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
