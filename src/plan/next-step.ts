/** What a step does to what runs. */
export type StepKind = 'start' | 'recreate' | 'roles' | 'reload' | 'restart' | 'lock' | 'verify';

/** A command that makes rendered files live, and what it does. */
export interface NextStep {
  readonly kind: StepKind;
  /** As people paste it into a shell; `splitCommand` gives the words of it. */
  readonly command: string;
  readonly why: string;
}
