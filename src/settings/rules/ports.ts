import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';

/** Each port of the host is published once; what an app publishes twice may lie on two addresses. */
export function checkPorts(
  { pgbouncer, app, monitoring }: Pick<Settings, 'pgbouncer' | 'app' | 'monitoring'>,
  found: Findings,
): void {
  const taken = new Map([[pgbouncer.port, 'pgbouncer.port']]);
  for (const [port, path] of monitoringPorts(monitoring)) {
    if (!refuseTaken(taken.get(port), port, path, 'choose another port', found))
      taken.set(port, path.map(String).join('.'));
  }
  for (const [index, published] of (app?.ports ?? []).entries()) {
    const port = Number(/(\d+):\d+(?:\/tcp)?$/.exec(published)?.[1]);
    refuseTaken(taken.get(port), port, ['app', 'ports', index], 'publish the app on another port', found);
  }
}

function monitoringPorts({ prometheus, grafana }: Settings['monitoring'] = {}): [port: number, path: Path][] {
  const at = ['monitoring', 'prometheus'];
  const exporter = prometheus?.exporter.port;
  return [
    ...(prometheus?.external === false ? ([[prometheus.port, [...at, 'port']]] as [number, Path][]) : []),
    ...(exporter === undefined ? [] : ([[exporter, [...at, 'exporter', 'port']]] as [number, Path][])),
    ...(grafana?.external === false
      ? ([[grafana.port, ['monitoring', 'grafana', 'port']]] as [number, Path][])
      : []),
  ];
}

function refuseTaken(
  owner: string | undefined,
  port: number,
  path: Path,
  hint: string,
  found: Findings,
): boolean {
  if (owner === undefined) return false;
  found.value('port-taken', path, `port ${port} of the host is taken by \`${owner}\``, hint);
  return true;
}
