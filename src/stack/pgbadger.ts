/** How much of PgBouncer's log is kept. */
export interface LogFile {
  /** Bytes after which the file is put aside and a new one begun. */
  readonly max_bytes: number;
  /** How many files that were put aside are kept. */
  readonly keep: number;
}

/** The reports that pgBadger makes of the logs. */
export interface Pgbadger {
  readonly image: string;
  /** Seconds between two reports; undefined where they are made on demand only. */
  readonly every_seconds: number | undefined;
  /** Weeks that reports are kept. */
  readonly keep_weeks: number;
  /** Whether the log of the stack's own Postgres is read, too. */
  readonly postgres: boolean;
}

/** The profile that keeps the service from starting where no schedule is set. */
export const REPORT_PROFILE = 'report';

/** What the service runs with `/bin/sh` to make one report. */
export const PGBADGER_SCRIPT = '/etc/pgbadger/report.sh';

/** Where the service keeps its work; the pages lie in `html/` below. */
export const PGBADGER_FOLDER = '/var/lib/pgbadger';
