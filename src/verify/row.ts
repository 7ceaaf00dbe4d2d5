/** The verdict of one check. A check that could not look is never `ok`: it fails, or it is skipped with the reason. */
export interface Row {
  /** Stable, for machines: `login:ecar_user@ecar_db`. */
  readonly id: string;
  readonly title: string;
  /** `warn` for what works, and should not stay as it is. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  /** What was seen; for `skip`, why nothing was looked at. */
  readonly observed: string;
  readonly expected?: string | undefined;
  /** Why it failed, where that is known. */
  readonly cause?: string | undefined;
  /** What to do next, as an imperative sentence without a full stop. */
  readonly hint?: string | undefined;
  /** Whether a failure may pass by itself within a minute. */
  readonly transient?: true | undefined;
  /** How long the observation took, in milliseconds. */
  readonly ms?: number | undefined;
}

/** The parts of a verdict that are only known where a check failed. */
export type Failure = Pick<Row, 'observed' | 'expected' | 'cause' | 'hint' | 'transient'>;

type Details = Pick<Row, 'ms'>;

/** A check that passed, with what it saw. */
export function ok(id: string, title: string, observed: string, details: Details = {}): Row {
  return { id, title, status: 'ok', observed, ...details };
}

/** A check that failed, with what it saw and, where known, what to do. */
export function fail(id: string, title: string, failure: Failure, details: Details = {}): Row {
  return { id, title, status: 'fail', ...failure, ...details };
}

/** What does not keep the stack from working, with what to do about it. */
export function warn(id: string, title: string, about: Pick<Row, 'observed' | 'hint'>): Row {
  return { id, title, status: 'warn', ...about };
}

/** A check that was not made; the reason reads on from the title: `because the admin console did not answer`. */
export function skip(id: string, title: string, because: string): Row {
  return { id, title, status: 'skip', observed: `because ${because}` };
}
