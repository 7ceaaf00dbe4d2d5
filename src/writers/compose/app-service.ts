import { escapeInterpolation } from '../../formats/compose-yaml.ts';
import { Secret } from '../../stack/secret.ts';
import type { App, Stack } from '../../stack/stack.ts';
import { secretFile, secretFiles } from './secret-files.ts';
import { commonParts, requiredVariable, type Service } from './service.ts';

/** The application, told where the pool is. */
export function appService(app: App, stack: Stack, rootFromOutput: string): Service {
  return {
    ...(app.build === undefined
      ? { image: app.image }
      : { build: { context: escapeInterpolation(fromRoot(app.build, rootFromOutput)) } }),
    ...commonParts(stack, app.service),
    ...(app.command === undefined ? {} : { command: escapeCommand(app.command) }),
    ...(app.ports.length === 0 ? {} : { ports: app.ports }),
    ...(app.volumes.length === 0
      ? {}
      : { volumes: app.volumes.map((volume) => escapeInterpolation(mountFromRoot(volume, rootFromOutput))) }),
    environment: appEnvironment(app, stack),
    ...(app.secrets === 'files' ? secretFiles(listSecrets(app)) : {}),
    depends_on: { pgbouncer: { condition: 'service_healthy' } },
  };
}

function appEnvironment(app: App, stack: Stack): Readonly<Record<string, string>> {
  const { client, pgbouncer } = stack;
  const environment: Record<string, string> = {
    DB_HOST: 'pgbouncer',
    DB_PORT: String(pgbouncer.port),
    DB_NAME: escapeInterpolation(client.database),
    DB_USER: escapeInterpolation(client.user),
    ...giveSecret(app, 'DB_PASSWORD'),
  };
  if (client.session_database !== undefined)
    environment['DB_SESSION_NAME'] = escapeInterpolation(client.session_database);
  if (app.kind === 'django') {
    // PgBouncer keeps the connections; Django keeping them too would pin clients for nothing.
    environment['CONN_MAX_AGE'] = '0';
    // A server-side cursor lives between transactions, on a connection that others then have.
    environment['DISABLE_SERVER_SIDE_CURSORS'] = poolModeOf(client.database, stack) === 'session' ? '0' : '1';
  }
  for (const [name, value] of app.environment) {
    const given = value instanceof Secret ? giveSecret(app, name) : { [name]: escapeInterpolation(value) };
    Object.assign(environment, given);
  }
  return environment;
}

/** A secret as a variable, or where its file lies, named as the official images of Docker have it. */
function giveSecret({ secrets }: App, name: string): Readonly<Record<string, string>> {
  return secrets === 'files' ? { [`${name}_FILE`]: secretFile(name) } : { [name]: requiredVariable(name) };
}

/** The names of the secrets that it needs. */
function listSecrets({ environment }: App): string[] {
  const own = [...environment].flatMap(([name, value]) => (value instanceof Secret ? [name] : []));
  return ['DB_PASSWORD', ...own];
}

function poolModeOf(name: string, { databases, pgbouncer }: Stack): string | undefined {
  const database = databases.find((entry) => entry.name === name);
  return database?.settings.get('pool_mode') ?? pgbouncer.settings.get('pool_mode');
}

function escapeCommand(command: readonly string[] | string): readonly string[] | string {
  return typeof command === 'string' ? escapeInterpolation(command) : command.map(escapeInterpolation);
}

/** Paths in the settings start at the settings file, paths in a Compose file at the Compose file. */
function fromRoot(path: string, rootFromOutput: string): string {
  if (path.startsWith('/') || path.startsWith('~') || /^[a-z+]+:\/\//.test(path)) return path;
  return `${rootFromOutput}/${path.replace(/^\.\//, '')}`;
}

function mountFromRoot(volume: string, rootFromOutput: string): string {
  return /^\.{1,2}(\/|:|$)/.test(volume) ? fromRoot(volume, rootFromOutput) : volume;
}

/** The named volumes among an app's mounts, which a Compose file must declare. */
export function namedVolumes(volumes: readonly string[]): string[] {
  return volumes.flatMap((volume) => {
    const [source = '', target] = volume.split(':');
    return target !== undefined && /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(source) ? [source] : [];
  });
}
