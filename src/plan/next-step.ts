import type { Secret } from '../stack/secret.ts';

/** What a step does to what runs. */
type StepKind =
  | 'start'
  | 'recreate'
  | 'roles'
  | 'logins'
  | 'reload'
  | 'stop'
  | 'switch'
  | 'restart'
  | 'password'
  | 'lock'
  | 'remove'
  | 'verify';

/** A command that makes rendered files live, and what it does. */
export interface NextStep {
  readonly kind: StepKind;
  /** As people paste it into a shell; `splitCommand` gives the words of it. */
  readonly command: string;
  readonly why: string;
  /** What made it necessary: the files that changed, or what was seen of the running stack. */
  readonly causes: readonly string[];
  /** What those who use the stack notice of it, for people; absent where they notice nothing. */
  readonly cost?: string;
  /** What the command reads from its standard input: passwords stand in no command line. */
  readonly input?: Secret;
  /** That it may have been done by others, or need not be: `verify` tells. */
  readonly mayFail?: true;
  /** That it is for whoever runs the server to decide: shown, and done by nobody else. */
  readonly byHand?: true;
  /** That it starts services of an adopted project or makes them anew; until then they run as they did. */
  readonly touchesServices?: true;
}
