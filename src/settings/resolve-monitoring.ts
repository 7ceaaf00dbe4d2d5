import type { Grafana } from '../stack/grafana.ts';
import type { Monitoring } from '../stack/monitoring.ts';
import type { Prometheus } from '../stack/prometheus.ts';
import type { Secret } from '../stack/secret.ts';
import { log as logSchema } from './log-schema.ts';
import { resolveLog, resolvePgbadger } from './resolve-pgbadger.ts';
import type { Settings } from './schema.ts';
import type { Path } from './tree.ts';

type Written = Settings['monitoring'];

/** What is switched on under `monitoring`. */
export function resolveMonitoring(
  { prometheus, grafana, log, pgbadger }: Written,
  secretAt: (path: Path) => Secret,
): Monitoring {
  // pgBadger reads a file, so one is written wherever it is on.
  const file = log ?? (pgbadger && logSchema.parse({}));
  return {
    prometheus: prometheus && resolvePrometheus(prometheus),
    grafana: grafana && resolveGrafana(grafana, secretAt),
    log: file && resolveLog(file),
    pgbadger: pgbadger && resolvePgbadger(pgbadger),
  };
}

function resolvePrometheus({
  external,
  image,
  bind,
  port,
  retention,
  alertmanagers,
  exporter,
}: NonNullable<Written['prometheus']>): Prometheus {
  return {
    exporter: {
      image: exporter.image,
      published:
        exporter.port === undefined ? undefined : { bind, port: exporter.port, address: exporter.address },
    },
    server: external ? undefined : { image, bind, port, retention, alertmanagers },
  };
}

function resolveGrafana(
  { external, image, bind, port }: NonNullable<Written['grafana']>,
  secretAt: (path: Path) => Secret,
): Grafana {
  if (external) return { server: undefined };
  return { server: { image, bind, port, password: secretAt(['monitoring', 'grafana', 'password']) } };
}
