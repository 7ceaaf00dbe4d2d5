import type { Grafana } from '../stack/grafana.ts';
import type { Monitoring } from '../stack/monitoring.ts';
import type { Prometheus } from '../stack/prometheus.ts';
import type { Secret } from '../stack/secret.ts';
import type { Settings } from './schema.ts';
import type { Path } from './tree.ts';

type Written = NonNullable<Settings['monitoring']>;

/** Fills in what watches the pool; without `monitoring` all of it is off. */
export function resolveMonitoring(
  { monitoring = {} }: Settings,
  secretAt: (path: Path) => Secret,
): Monitoring {
  const { prometheus, grafana } = monitoring;
  return {
    prometheus: prometheus && resolvePrometheus(prometheus),
    grafana: grafana && resolveGrafana(grafana, secretAt),
  };
}

function resolvePrometheus({
  external,
  image,
  bind,
  port,
  retention,
  exporter,
}: NonNullable<Written['prometheus']>): Prometheus {
  return {
    exporter: {
      image: exporter.image,
      published: exporter.port === undefined ? undefined : { bind, port: exporter.port },
    },
    server: external ? undefined : { image, bind, port, retention },
  };
}

function resolveGrafana(
  { external, image, bind, port }: NonNullable<Written['grafana']>,
  secretAt: (path: Path) => Secret,
): Grafana {
  if (external) return { server: undefined };
  return { server: { image, bind, port, password: secretAt(['monitoring', 'grafana', 'password']) } };
}
