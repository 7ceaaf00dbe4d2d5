/** A command that makes rendered files live, and what it does. */
export interface NextStep {
  readonly command: string;
  readonly why: string;
}
