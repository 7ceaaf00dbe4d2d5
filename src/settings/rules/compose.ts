import { dirname, normalize } from 'node:path';
import { isSecretName } from '../conceal-secrets.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { listServiceNames } from '../service-names.ts';

type Sections = Pick<Settings, 'compose' | 'postgres' | 'network' | 'app' | 'monitoring' | 'pgbouncer'>;

/** An adopted project: what has no use beside it, and what its services are told. */
export function checkCompose(settings: Sections, found: Findings): void {
  const { compose, postgres, network, app, monitoring } = settings;
  if (compose === undefined) {
    if (postgres.service !== undefined)
      found.key(
        'no-compose',
        ['postgres', 'service'],
        '`postgres.service` is a service of an adopted project, and there is no `compose`',
        'add `compose: {}` with the services that are to go through the pool, or give `image` or `host` instead',
      );
    return;
  }
  if (postgres.image !== undefined)
    found.key(
      'compose-postgres',
      ['postgres', 'image'],
      'an adopted project has a Postgres of its own',
      'name its service with `service`, or its host with `host`',
    );
  if (network !== undefined)
    found.key(
      'compose-network',
      ['network'],
      '`network` has no use with `compose`: the project has its own',
      'name those that PgBouncer is to join under `compose.networks`',
    );
  if (app !== undefined)
    found.key(
      'compose-app',
      ['app'],
      '`app` has no use with `compose`: the project runs the application',
      'name its services under `compose.services`',
    );
  const [first] = compose.files ?? [];
  if (first !== undefined && dirname(normalize(first)) !== '.')
    found.value(
      'compose-folder',
      ['compose', 'files', 0],
      'the first Compose file must lie beside the settings file: Compose takes paths and .env from its folder',
      `put the settings file into ${dirname(first)}/`,
    );
  const own = listServiceNames({ postgres, monitoring });
  for (const name of Object.keys(compose.services)) {
    const path = ['compose', 'services', name];
    if (own.includes(name))
      found.key('compose-service', path, `\`${name}\` is a service that ecar-pool adds`, 'remove it');
    if (name === postgres.service)
      found.key('compose-service', path, `\`${name}\` is Postgres itself`, 'remove it');
    checkEnvironment(name, settings, found);
  }
}

/** What a service is told must lead to the pool, and hold no secret. */
function checkEnvironment(service: string, { compose, pgbouncer }: Sections, found: Findings): void {
  for (const [name, value] of Object.entries(compose?.services[service]?.environment ?? {})) {
    const path = ['compose', 'services', service, 'environment', name];
    const text = String(value);
    const port = /\bpgbouncer:(\d+)/.exec(text)?.[1];
    if (port !== undefined && Number(port) !== pgbouncer.port)
      found.value(
        'compose-port',
        path,
        `PgBouncer listens on ${pgbouncer.port}, and ${name} leads to ${port}`,
        `write \`pgbouncer:${pgbouncer.port}\``,
      );
    if (holdsSecret(name, text))
      found.warn(
        'inline-secret',
        path,
        `\`${name}\` looks like a secret, and this file is for version control`,
        `put it into the project's .env and write \`\${NAME}\` in its place`,
      );
  }
}

/** A password in a URL, or the value of a variable that is called like one, other than `${NAME}`. */
function holdsSecret(name: string, text: string): boolean {
  const open = text.replace(/\$\{[^}]*\}|\$\w+/g, '');
  return (
    /:\/\/[^/\s:@]*:[^/\s@]+@/.test(open) ||
    (isSecretName(name) && !/^\d*$/.test(open) && !/:\/\//.test(open))
  );
}
