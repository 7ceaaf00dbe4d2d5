import { type Cause, matchCause } from './causes.ts';
import { currentLife } from './pooler-log.ts';

/** Whose failure is looked into: the log tells servers apart by entry and user. */
export interface Party {
  readonly user: string;
  readonly database: string;
}

/**
 * The cause of a failed login: from psql's words, and where they leave it open, from PgBouncer's log, the
 * latest line first. `said` and `log` unredacted; undefined where neither says anything known.
 */
export function findLoginCause(said: string, log: string, party: Party): Cause | undefined {
  const stated = matchCause(said);
  if (stated && !stated.vague) return stated;
  const lines = joinHandshakes(currentLife(log)).toReversed();
  // What PgBouncer refused itself never went to Postgres: only its list of users can be at fault.
  if (stated?.id === 'pgbouncer-refused-password') {
    const loading = lines.find((line) => /auth[_ ]file/i.test(line));
    const unknown = lines.find((line) => line.endsWith(`no such user: ${party.user}`));
    return matchCause(loading ?? unknown ?? '') ?? stated;
  }
  for (const line of lines) {
    const logged = isAboutServer(line, party) ? matchCause(line) : undefined;
    if (logged && !logged.vague) return logged;
  }
  return stated;
}

/**
 * Why PgBouncer does not stay up, from the end of its log; undefined where it did not end by itself, for then
 * whatever it logged is not the reason.
 */
export function findCrashCause(log: string): { readonly cause: Cause; readonly line: string } | undefined {
  const lines = currentLife(log).filter((line) => /\] (?:FATAL|ERROR) /.test(line));
  if (!lines.some((line) => line.includes('] FATAL '))) return undefined;
  for (const line of lines.toReversed()) {
    const cause = matchCause(line);
    // The ERROR before the FATAL names the very setting.
    if (cause) return { cause, line: lines.find((other) => other !== line) ?? line };
  }
  return undefined;
}

/**
 * PgBouncer logs why a handshake failed on a line that names no connection; what it closes for that is on the next one,
 * unless it was a client.
 */
function joinHandshakes(lines: readonly string[]): string[] {
  return lines.map((line, index) => {
    const [, why] = / WARNING TLS (?:handshake|connect) error: (.*)$/.exec(lines[index - 1] ?? '') ?? [];
    return why !== undefined && / S-0x[^\n]* closing because: /.test(line) ? `${line} server: ${why}` : line;
  });
}

/**
 * Lines on a server connection of this login (`S-0x…: entry/user@address`), and those on no connection at all.
 * Left out are lines on clients (`C-0x…`), since the wrong password that verify itself tried is among them,
 * and the refusals of Postgres, which name no login and which the client was told anyway.
 */
function isAboutServer(line: string, { user, database }: Party): boolean {
  if (/ S-0x/.test(line)) return line.includes(`: ${database}/${user}@`);
  return !/ C-0x|server login failed|TLS handshake error/.test(line);
}
