import type { PlannedFile } from './file-plan.ts';

/** What applying the plan would do to one file, and why. */
export interface Change {
  readonly kind: 'create' | 'update' | 'unchanged' | 'remove';
  readonly path: string;
  /** Whether the file on the disk is not ours: it has neither the mark nor a text that we rendered. */
  readonly foreign: boolean;
  /** Why, for people: `the settings changed`, `edited by hand since it was rendered`. */
  readonly cause: string;
  /** The file as it is on the disk; undefined where there is none. */
  readonly before: string | undefined;
  /** The file as it should be; undefined for `remove`. */
  readonly after: PlannedFile | undefined;
}
