import type { Inquiry } from './logins.ts';

/** What the probe script is told. */
export interface ProbeRequest {
  /** Random and of letters and digits: marks the script's own lines among what servers say. */
  readonly nonce: string;
  readonly port: number;
  readonly inquiry: Inquiry;
}

/** The script's stdin; the intruder comes last of the logins. Throws where a value holds a line break, which the settings must not let through. */
export function formatProbeInput({ nonce, port, inquiry }: ProbeRequest): string {
  const { console, logins, intruder, seconds } = inquiry;
  const lines = [
    nonce,
    String(port),
    String(seconds),
    console?.user ?? '',
    console?.password.reveal() ?? '',
    ...[...logins, ...(intruder ? [intruder] : [])].flatMap(({ user, password, database, statement }) => [
      user,
      password.reveal(),
      database,
      statement,
    ]),
  ];
  if (lines.some((line) => /[\n\0]/.test(line))) {
    throw new Error('a user, password or database name with a line break reached verify');
  }
  return lines.map((line) => `${line}\n`).join('');
}
