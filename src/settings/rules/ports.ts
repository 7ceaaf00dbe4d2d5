import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';

/** Each port of the host is published once; what an app publishes twice may lie on two addresses. */
export function checkPorts(
  { pgbouncer, app, monitoring }: Pick<Settings, 'pgbouncer' | 'app' | 'monitoring'>,
  found: Findings,
): void {
  const taken = new Map([[pgbouncer.port, 'pgbouncer.port']]);
  const refuseTaken = (port: number, path: Path, hint: string) => {
    const message = `port ${port} of the host is taken by \`${taken.get(port)}\``;
    if (taken.has(port)) found.value('port-taken', path, message, hint);
  };
  for (const [name, port] of monitoringPorts(monitoring)) {
    refuseTaken(port, name.split('.'), 'choose another port');
    if (!taken.has(port)) taken.set(port, name);
  }
  for (const [index, published] of (app?.ports ?? []).entries()) {
    for (const port of taken.keys())
      if (isPublished(port, published))
        refuseTaken(port, ['app', 'ports', index], 'publish the app on another port');
  }
}

/** Whether a port of the host is among those of Compose's short form: `8000:8000`, `127.0.0.1:9000-9100:9000-9100`. */
function isPublished(port: number, published: string): boolean {
  const [, first, last = first] = /(\d+)(?:-(\d+))?:\d+(?:-\d+)?(?:\/tcp)?$/.exec(published) ?? [];
  return Number(first) <= port && port <= Number(last);
}

/** The ports that the services publish which the stack runs to watch the pool, by the setting. */
function monitoringPorts({ prometheus, grafana }: Settings['monitoring']): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  if (prometheus?.external === false) ports.set('monitoring.prometheus.port', prometheus.port);
  if (prometheus?.exporter.port !== undefined)
    ports.set('monitoring.prometheus.exporter.port', prometheus.exporter.port);
  if (grafana?.external === false) ports.set('monitoring.grafana.port', grafana.port);
  return ports;
}
