import * as z from 'zod/mini';
import { grafana } from './grafana-schema.ts';
import { log } from './log-schema.ts';
import { pgbadger } from './pgbadger-schema.ts';
import { prometheus } from './prometheus-schema.ts';
import { about, maybe } from './schema-parts.ts';

/** What watches the pool; each key is a switch, off where it is left out. */
export const monitoring = about(
  z.strictObject({
    prometheus: maybe(
      prometheus,
      "The exporter that reads PgBouncer's console, and Prometheus with rules that alert; `prometheus: {}` is enough.",
    ),
    grafana: maybe(grafana, 'Grafana with a dashboard of the pool; it reads from Prometheus.'),
    log: maybe(
      log,
      "PgBouncer's log as a file beside the container's log, in a volume. On wherever pgBadger is.",
    ),
    pgbadger: maybe(pgbadger, "HTML reports of PgBouncer's log, made by pgBadger; `{}` switches them on."),
  }),
  'What watches the pool. All of it is off unless it stands here.',
);
