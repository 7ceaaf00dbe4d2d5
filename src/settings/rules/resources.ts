import type { Findings } from '../finding.ts';
import { nearestName } from '../nearest.ts';
import type { Settings } from '../schema.ts';

/** Limits are for services that the stack has. */
export function checkResources(
  { app, postgres, resources, monitoring }: Pick<Settings, 'app' | 'postgres' | 'resources' | 'monitoring'>,
  found: Findings,
): void {
  const services = [
    'pgbouncer',
    ...(postgres.host === undefined ? ['postgres'] : []),
    ...(app ? [app.service] : []),
    ...(monitoring.pgbadger ? ['pgbadger'] : []),
  ];
  for (const service of Object.keys(resources)) {
    if (services.includes(service)) continue;
    const nearest = nearestName(service, services);
    const known = `it has ${services.join(', ')}`;
    found.key(
      'unknown-service',
      ['resources', service],
      `the stack has no service ${JSON.stringify(service)}`,
      nearest === undefined ? known : `did you mean \`${nearest}\`? ${known}`,
    );
  }
}
