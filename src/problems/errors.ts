import { isError, isWarning, type Problem } from './problem.ts';

/** The exit codes, as documented in `ecar-pool --help`. */
export const EXIT = { ok: 0, checkFailed: 1, usage: 2, environment: 3, bug: 70, interrupted: 130 } as const;

/**
 * An error that a user can act on: its text is for them, and no stack trace is shown for it.
 * Everything else that is thrown is a bug of ours.
 */
export class ExpectedError extends Error {
  readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(message: string, exitCode: number, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** The command line was called wrongly: exit 2. */
export class UsageError extends ExpectedError {
  constructor(message: string, hint?: string) {
    super(message, EXIT.usage, hint);
  }
}

/** What people wrote cannot be used; carries every problem found, not the first, without the notes: exit 2. */
export class SettingsError extends ExpectedError {
  readonly problems: readonly Problem[];

  /** @param where what they are in, as people know it */
  constructor(problems: readonly Problem[], where = 'the settings') {
    const errors = problems.filter(isError).length;
    const warnings = problems.filter(isWarning).length;
    const also = warnings === 0 ? '' : ` and ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
    super(`${errors} ${errors === 1 ? 'problem' : 'problems'}${also} in ${where}`, EXIT.usage);
    this.problems = problems.filter(({ severity }) => severity !== 'note');
  }
}

/** ecar-pool declines to touch something that is not its own: exit 2. */
export class RefusedError extends ExpectedError {
  constructor(message: string, hint: string) {
    super(message, EXIT.usage, hint);
  }
}

/** Docker, the file system or the machine does not play along: exit 3. */
export class EnvironmentError extends ExpectedError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, EXIT.environment, hint, options);
  }
}

/** The user pressed Ctrl-C or the process was told to end: exit 130. */
export class InterruptedError extends ExpectedError {
  constructor() {
    super('Interrupted', EXIT.interrupted);
  }
}
