import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { planScenario } from '../support/golden.ts';

interface Mount {
  readonly source: string;
  readonly target: string;
}

const { plan } = await planScenario('monitored');
const textOf = (path: string) => plan.find((file) => file.path === path)?.text ?? '';
const { services } = parse(textOf('docker-compose.yml'));
const { volumes, environment }: { volumes: Mount[]; environment: Record<string, string> } = services.grafana;

/** What lies at a path of Grafana's container, by its path in the output folder. */
function filesAt(path = ''): string[] {
  const mount = volumes.find(({ target }) => path.startsWith(`${target}/`));
  const source = path.replace(mount?.target ?? '', mount?.source.replace('./', '') ?? '');
  return plan.map((file) => file.path).filter((file) => file === source || file.startsWith(`${source}/`));
}

// No Grafana can be run here; what it is told must at least lead to what is there.
it('Grafana must find all that it is told to read', () => {
  const folder = 'monitoring/grafana/provisioning';
  const { providers } = parse(textOf(`${folder}/dashboards/ecar-pool.yml`));
  const { datasources } = parse(textOf(`${folder}/datasources/ecar-pool.yml`));
  expect(filesAt(environment['GF_PATHS_PROVISIONING'])).toEqual([
    `${folder}/dashboards/ecar-pool.yml`,
    `${folder}/datasources/ecar-pool.yml`,
  ]);
  expect(filesAt(providers[0].options.path)).toEqual(['monitoring/grafana/dashboards/pgbouncer.json']);
  expect(textOf(filesAt(environment['GF_SECURITY_ADMIN_PASSWORD__FILE'])[0] ?? '')).toBe('grafana secret\n');
  const { hostname, port } = new URL(datasources[0].url);
  expect(services[hostname].ports[0].target).toBe(Number(port));
});

it('no password of Grafana may stand in the Compose file or .env', () => {
  for (const path of ['docker-compose.yml', '.env']) expect(textOf(path)).not.toContain('grafana secret');
});
