import type { StoredPassword } from '../credentials/store-passwords.ts';
import type { Stack } from '../stack/stack.ts';

/** All that the writers read. */
export interface Rendering {
  readonly stack: Stack;
  /** Each user's password, and the superuser's, in the forms that PgBouncer and Postgres store. */
  readonly stored: ReadonlyMap<string, StoredPassword>;
  /** The name of the settings file, for the mark on each file. */
  readonly settingsFile: string;
  /** The way from the output folder to the folder of the settings file, with `/`: `../..`. */
  readonly rootFromOutput: string;
  /** The text of a file in `templates/`, such as `monitoring/rules.yml`: bytes that ship. */
  template(name: string): string;
}

/** What every rendered file begins with. */
export const MARK = 'Rendered by ecar-pool';

/** Whether a file begins as rendered ones do, in the comments of its format: one that does not is not ours. */
export function hasMark(text: string): boolean {
  return text.replace(/^(?:(?:#|;|--) |\{\s*"mark": ?")/, '').startsWith(MARK);
}

/** The lines that open a rendered file: whose it is, and how to change it. */
export function markLines(
  { stack, settingsFile }: Rendering,
  ...about: readonly string[]
): readonly string[] {
  return [
    `${MARK} for the environment ${stack.environment}. Do not edit: edit ${settingsFile},`,
    `then run \`ecar-pool render --env ${stack.environment}\`.`,
    ...about,
  ];
}
