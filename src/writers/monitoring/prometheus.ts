import { writeComposeYaml } from '../../formats/compose-yaml.ts';
import type { PlannedFile } from '../../plan/file-plan.ts';
import { countCapacity } from '../../stack/budget.ts';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { EXPORTER_PORT, type Prometheus, type PrometheusServer } from '../../stack/prometheus.ts';
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
  const limits = limitRules(stack);
  return [
    ...(prometheus.server ? [serverFile(prometheus.server, rendering)] : []),
    shippedFile(`${PROMETHEUS_FOLDER}/rules/pgbouncer.yml`, rendering),
    writeFile('scrape.yml', scrapeJobs(prometheus, stack), rendering),
    ...(limits.length > 0 ? [writeFile('rules/limits.yml', limitGroup(stack, limits), rendering)] : []),
  ];
}

function serverFile({ alertmanagers }: PrometheusServer, rendering: Rendering): PlannedFile {
  const shipped = shippedFile(`${PROMETHEUS_FOLDER}/prometheus.yml`, rendering);
  if (alertmanagers.length === 0) return shipped;
  const alerting = { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] };
  return { ...shipped, text: shipped.text + writeComposeYaml({ alerting }, []) };
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
        // A Prometheus that watches several stacks takes no name twice; the rules know it by how it begins.
        job_name: `pgbouncer-${stack.name}-${stack.environment}`,
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
  const { bind, port, address } = exporter.published;
  const host = address ?? (bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind);
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function limitGroup({ name }: Stack, rules: readonly object[]): object {
  return { groups: [{ name: `ecar-pool-limits-${name}`, rules }] };
}

/** What no metric tells and the rules are held against: what Postgres has, and what each user may have of it. */
function limitRules(stack: Stack): object[] {
  const { postgres, users } = stack;
  const rule = (what: string, limit: number | string, labels = {}) => ({
    record: `ecar_pool:${what}`,
    expr: `vector(${limit})`,
    labels: { ...stackLabels(stack), ...labels },
  });
  const ofUsers = users
    .filter(({ roles }) => roles.includes('app'))
    .map(({ name, settings }) => ({ user: name, limit: userLimit(settings, stack) }))
    .filter(({ limit }) => Number(limit) > 0);
  return [
    // Who comes past the pool takes of them, too.
    ...(postgres.kind === 'own' ? [rule('postgres_usable_connections', countCapacity(postgres).usable)] : []),
    ...ofUsers.map(({ user, limit }) => rule('user_max_connections', limit, { user })),
  ];
}

/** A user's own limit, be it 0 for none, comes before the one for all. */
function userLimit(own: ReadonlyMap<string, string>, { pgbouncer }: Stack): string {
  return own.get('max_user_connections') ?? pgbouncer.settings.get('max_user_connections') ?? '0';
}
