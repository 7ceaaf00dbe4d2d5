import { writeComposeYaml } from '../../formats/compose-yaml.ts';
import type { PlannedFile } from '../../plan/file-plan.ts';
import { countCapacity } from '../../stack/budget.ts';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { EXPORTER_PORT, type Prometheus } from '../../stack/prometheus.ts';
import type { Stack } from '../../stack/stack.ts';
import { markLines, type Rendering } from '../rendering.ts';
import { shippedFile } from './shipped-file.ts';

/** In the output folder: what Prometheus's container mounts, or what another Prometheus is given. */
export const PROMETHEUS_FOLDER = 'monitoring/prometheus';

/** The scrape job, the rules and, for a Prometheus of our own, what makes it read them. */
export function writePrometheusFiles(rendering: Rendering): readonly PlannedFile[] {
  const { stack } = rendering;
  const { prometheus } = stack.monitoring;
  if (prometheus === undefined) return [];
  return [
    ...(prometheus.server ? [shippedFile(`${PROMETHEUS_FOLDER}/prometheus.yml`, rendering)] : []),
    shippedFile(`${PROMETHEUS_FOLDER}/rules/pgbouncer.yml`, rendering),
    writeFile('scrape.yml', scrapeJobs(prometheus, stack), rendering),
    ...(stack.postgres.kind === 'own' ? [writeFile('rules/limits.yml', limits(stack), rendering)] : []),
  ];
}

function writeFile(name: string, document: object, rendering: Rendering): PlannedFile {
  const text = writeComposeYaml(document, markLines(rendering));
  return { path: `${PROMETHEUS_FOLDER}/${name}`, mode: 0o644, text };
}

/** What tells this stack's series from those of others. */
function stackLabels({ name, environment }: Stack) {
  return { project: name, environment };
}

function scrapeJobs(prometheus: Prometheus, stack: Stack): object {
  return {
    scrape_configs: [
      {
        job_name: 'pgbouncer',
        // The rules count on a sample in each minute at least.
        scrape_interval: '15s',
        static_configs: [{ targets: [exporterAddress(prometheus, stack)], labels: stackLabels(stack) }],
      },
    ],
  };
}

/** Where the Prometheus that reads the file finds the exporter. */
function exporterAddress({ exporter, server }: Prometheus, { name }: Stack): string {
  if (server) return `${MONITORING_SERVICES.exporter}:${EXPORTER_PORT}`;
  // Another project's Prometheus may know several networks: the container's name is the only one that is ours.
  if (exporter.published === undefined) return `${name}_${MONITORING_SERVICES.exporter}:${EXPORTER_PORT}`;
  const { bind, port } = exporter.published;
  const host = bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What no metric tells and the rules are held against. */
function limits(stack: Stack): object {
  const { postgres } = stack;
  if (postgres.kind !== 'own') throw new Error('limits are of a Postgres that the stack runs');
  const rule = {
    record: 'ecar_pool:postgres_usable_connections',
    // Who comes past the pool takes of them, too.
    expr: `vector(${countCapacity(postgres).usable})`,
    labels: stackLabels(stack),
  };
  return { groups: [{ name: `ecar-pool-limits-${stack.name}`, rules: [rule] }] };
}
