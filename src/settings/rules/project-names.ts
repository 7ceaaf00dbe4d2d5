import type { Findings } from '../finding.ts';
import { createSuggester } from '../nearest.ts';
import type { Settings } from '../schema.ts';
import { listServiceNames } from '../service-names.ts';
import type { Path } from '../tree.ts';

/** What an adopted project calls its own. */
export interface ProjectNames {
  readonly services: readonly string[];
  readonly networks: readonly string[];
}

/** What the settings call services and networks of the adopted project must be there, and what is added must not. */
export function checkProjectNames(
  { compose, postgres, monitoring }: Pick<Settings, 'compose' | 'postgres' | 'monitoring'>,
  { services, networks }: ProjectNames,
  found: Findings,
): void {
  const suggestService = createSuggester(services);
  const suggestNetwork = createSuggester(networks);
  const explain = (nearest: string | undefined, known: readonly string[]) =>
    nearest === undefined ? `it has ${known.join(', ') || 'none'}` : `did you mean \`${nearest}\`?`;
  const { service } = postgres;
  if (service !== undefined && !services.includes(service))
    found.value(
      'compose-name',
      ['postgres', 'service'],
      `the project has no service ${service}`,
      explain(suggestService(service), services),
    );
  for (const name of Object.keys(compose?.services ?? {}))
    if (!services.includes(name))
      found.key(
        'compose-name',
        ['compose', 'services', name],
        `the project has no service ${name}`,
        explain(suggestService(name), services),
      );
  for (const [index, name] of (compose?.networks ?? []).entries())
    if (!networks.includes(name))
      found.value(
        'compose-name',
        ['compose', 'networks', index],
        `the project has no network ${name}`,
        explain(suggestNetwork(name), networks),
      );
  for (const name of listServiceNames({ postgres, monitoring }))
    if (services.includes(name))
      found.key(
        'compose-name',
        sourceOf(name, monitoring),
        `the project has a service ${name} of its own, and Compose would make one of the two`,
        'give that one another name in the Compose files, or switch this off here',
      );
}

/** What in the settings has a service of that name run. */
function sourceOf(name: string, { grafana }: Settings['monitoring']): Path {
  if (name === 'pgbouncer') return ['pgbouncer'];
  if (name === 'grafana' && grafana !== undefined) return ['monitoring', 'grafana'];
  return ['monitoring', name === 'pgbadger' ? 'pgbadger' : 'prometheus'];
}
