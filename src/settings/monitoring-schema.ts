import * as z from 'zod/mini';
import { grafana } from './grafana-schema.ts';
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
  }),
  'What watches the pool. All of it is off unless it stands here.',
);
