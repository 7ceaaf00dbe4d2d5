import * as z from 'zod/mini';
import { log } from './log-schema.ts';
import { pgbadger } from './pgbadger-schema.ts';
import { about, maybe } from './schema-parts.ts';

export const monitoring = about(
  z.strictObject({
    log: maybe(
      log,
      "PgBouncer's log as a file beside the container's log, in a volume. On wherever pgBadger is.",
    ),
    pgbadger: maybe(pgbadger, "HTML reports of PgBouncer's log, made by pgBadger; `{}` switches them on."),
  }),
  'What watches the pool. All of it is off unless it is named here.',
);
