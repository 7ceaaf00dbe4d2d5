import { type Inquiry, type Login, listLogins } from './logins.ts';

/** What the probe script is told. */
export interface ProbeRequest {
  /** Random and of letters and digits: marks the script's own lines among what servers say. */
  readonly nonce: string;
  readonly port: number;
  /** Where the container sees PgBouncer's files. */
  readonly folder: string;
  /** PgBouncer's log file, and a pattern of the command line of what rotates it; undefined where there is none. */
  readonly log: { readonly file: string; readonly rotation: string } | undefined;
  readonly inquiry: Inquiry;
  /** The seconds after which the script is ended. */
  readonly limit: number;
}

/** The script's stdin. Throws where a value holds a line break, which the settings must not let through. */
export function formatProbeInput({ nonce, port, folder, log, inquiry, limit }: ProbeRequest): string {
  const { console, seconds, patience, server, sslmode } = inquiry;
  const logins = listLogins(inquiry);
  const identities = [...new Set([console, ...logins].flatMap((login) => login?.identity ?? []))];
  const shown = (login: Login | undefined) =>
    login?.identity ? String(identities.indexOf(login.identity)) : '';
  const lines = [
    nonce,
    String(port),
    String(seconds),
    String(enoughLogins(limit, inquiry)),
    folder,
    String(patience),
    server.host,
    String(server.port),
    server.requireAuth,
    server.tls.sslmode,
    server.tls.sslrootcert,
    server.tls.sslcert,
    server.tls.sslkey,
    log?.file ?? '',
    log?.rotation ?? '',
    console?.user ?? '',
    console?.password.reveal() ?? '',
    shown(console),
    sslmode,
    ...identities.flatMap(({ sslcert, sslkey }) => [
      ...pemLines(sslcert),
      '',
      ...pemLines(sslkey.reveal()),
      '',
    ]),
    '',
    ...logins.flatMap((login) => [
      login.user,
      login.password.reveal(),
      login.database,
      login.statement,
      login.behind ?? '',
      shown(login),
    ]),
    // No entry: these are for Postgres itself.
    ...[...inquiry.lookups, ...inquiry.roles].flatMap(({ user, password, statement, database }) => [
      ...[user, password.reveal(), '', statement, database, ''],
    ]),
  ];
  if (lines.some((line) => /[\n\0]/.test(line))) {
    throw new Error('a user, password or database name with a line break reached verify');
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** PEM has no use for empty lines, which end it here. */
function pemLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/**
 * The seconds after which no more logins are begun. Those under way end in time: psql within `seconds` and one
 * more, and before or after that as long as patience lasts or as another psql, at Postgres itself, takes; the
 * console takes one psql, too. Less than half of a limit that is too short for that.
 */
function enoughLogins(limit: number, { seconds, patience }: Inquiry): number {
  const psql = seconds + 1;
  return Math.max(Math.floor((limit - 1) / 2), limit - 2 * psql - Math.max(patience, psql));
}
