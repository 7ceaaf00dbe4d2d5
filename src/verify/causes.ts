import { CLIENT_CAUSES } from './client-causes.ts';
import { SERVER_CAUSES } from './server-causes.ts';

/** Why something failed, told by the words of psql, PgBouncer, Postgres or docker, and what to do about it. */
export interface Cause {
  readonly id: string;
  readonly pattern: RegExp;
  readonly cause: string;
  /** `{render}`, `{apply}`, `{wait}`, `{reload}`, `{restart}`, `{up}`, `{recreate}`, `{roles}`, `{postgresLog}`, `{server}` and `{restartExporter}` stand for commands on the stack at hand: see `explain.ts`. */
  readonly fix: string;
  /** The fix where someone else runs Postgres, if that is another one. */
  readonly externalFix?: string;
  /** The fix behind an adopted project, whose roles and databases are its own, if that is another one. */
  readonly adoptedFix?: string;
  /** The words leave the real reason open; the log may tell it. */
  readonly vague?: true;
  /** It may pass by itself within a minute: someone starts, or PgBouncer has yet to look again. */
  readonly transient?: true;
}

/**
 * In order: the first match counts, so what is exact stands before what is vague. The words are those of
 * PgBouncer 1.18 to 1.26, whose answer to a client often says less than its log; libpq 15 to 18; and Docker
 * Compose 2.20 to 2.40.
 */
export const CAUSES: readonly Cause[] = [
  ...SERVER_CAUSES,
  ...CLIENT_CAUSES,
  // Why PgBouncer does not start
  {
    id: 'bad-config',
    pattern: /cannot load config file/i,
    cause: 'PgBouncer cannot read its pgbouncer.ini and does not start',
    fix: 'run {render}, then {restart}',
  },
  {
    id: 'runs-as-root',
    pattern: /should not run as root/i,
    cause: 'The image starts PgBouncer as root, which it refuses',
    fix: 'use an image that runs it as another user, such as edoburu/pgbouncer',
  },
  {
    id: 'pidfile',
    pattern: /pidfile '[^']*' exists/i,
    cause: 'A pidfile is left over from the run before',
    fix: 'leave `pidfile` out of the settings: a container needs none',
  },
  {
    id: 'unix-socket',
    pattern: /failed to create unix socket/i,
    cause: 'PgBouncer cannot create its unix socket in a read-only container',
    fix: 'leave unix_socket_dir empty',
  },
  {
    id: 'tls-files',
    pattern: /TLS setup failed|must be set\. *$/im,
    cause: 'PgBouncer cannot load its TLS key, certificate or CA',
    fix: 'check the client_tls_* and server_tls_* files in the settings',
  },
  // What the container lacks
  {
    id: 'not-running',
    pattern: /service "[^"]*" is not running|container [^\n]* is (?:not running|restarting|paused)/i,
    cause: 'The pgbouncer container is not running',
    fix: 'start it: {up}',
  },
  {
    id: 'no-tools',
    pattern: /(?:psql|timeout|sh)\S*: (?:command )?not found|executable file not found/i,
    cause: 'The image of pgbouncer lacks sh, timeout or psql, which verify runs inside it',
    fix: 'use an image that has them, such as edoburu/pgbouncer',
  },
  // Nobody said anything
  {
    id: 'timeout',
    pattern: /timeout expired|query_wait_timeout|client_login_timeout|no answer within/i,
    cause: 'PgBouncer had no server connection to give: Postgres does not answer it, or its pool is used up',
    fix: 'check that Postgres is up; SHOW POOLS tells how many clients wait',
    vague: true,
    transient: true,
  },
];

/** The first row of the table that the text matches. */
export function matchCause(text: string): Cause | undefined {
  return CAUSES.find(({ pattern }) => pattern.test(text));
}
