import type { Adoption, PasswordPlace } from './adoption.ts';
import type { PoolSizes } from './fit-pools.ts';

/** What the settings hold beside what the project gives. */
export interface AdoptedAnswers {
  readonly name: string;
  readonly environment: string;
  /** The Compose files; undefined where they are those that Compose takes by itself. */
  readonly files: readonly string[] | undefined;
  readonly pgbouncerImage: string;
  /** Lines above the image; empty for none. */
  readonly pgbouncerNote: string;
  readonly authType: string;
  readonly sizes: PoolSizes;
  readonly port: number;
}

/**
 * The settings file of an adopted project.
 * @param template the text of `templates/init/adopted.yaml`
 */
export function writeAdoptedSettings(adoption: Adoption, answers: AdoptedAnswers, template: string): string {
  const { files, name, environment, pgbouncerImage, pgbouncerNote, authType, sizes, port } = answers;
  const { postgres, limit, networks, profiles, services, databases, users, server_tls_sslmode } = adoption;
  const values: Readonly<Record<string, string>> = {
    name: asYaml(name),
    environment,
    files: files === undefined ? '' : `  files: [${files.map(asYaml).join(', ')}]\n`,
    networks: networks.map(asYaml).join(', '),
    profiles: profiles.length === 0 ? '' : `  profiles: [${profiles.map(asYaml).join(', ')}]\n`,
    services: lines([...services].flatMap(([service, environment]) => serviceLines(service, environment))),
    postgres: lines(Object.entries(postgres).map(([key, value]) => `  ${key}: ${asYaml(String(value))}`)),
    maxConnections: String(limit.max_connections),
    limitNote: limit.reason,
    databases: lines(
      [...databases].flatMap(([database, listed], index) => {
        const [entry = '', ...session] = databaseLines(database, listed, databases, sizes);
        return index === 0 && session.length > 0 ? [entry, SESSION_NOTE, ...session] : [entry, ...session];
      }),
    ),
    users: lines([...users].map(([user, place]) => `  ${asYaml(user)}: { password: { ${placeOf(place)} } }`)),
    pgbouncerImage,
    pgbouncerNote,
    authType,
    poolSize: String(sizes.pool),
    port: String(port),
    tls:
      server_tls_sslmode === undefined
        ? ''
        : `  # What the services asked of Postgres themselves.\n  server_tls_sslmode: ${server_tls_sslmode}\n`,
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
}

const SESSION_NOTE =
  '  # In transaction mode nothing of a session lasts: what needs one (advisory locks, LISTEN, some migrations) comes in here.';

function serviceLines(service: string, environment: ReadonlyMap<string, string>): string[] {
  const variables = [...environment].map(([name, value]) => `        ${asYaml(name)}: ${asYaml(value)}`);
  return [`    ${asYaml(service)}:`, '      environment:', ...variables];
}

/** Each database, and an entry in session mode for what a session needs. */
function databaseLines(
  database: string,
  users: readonly string[],
  all: Adoption['databases'],
  sizes: PoolSizes,
): string[] {
  const listed = users.map(asYaml).join(', ');
  const session = `${database}_session`;
  const entry = `  ${asYaml(database)}: { users: [${listed}] }`;
  if (all.has(session)) return [entry];
  return [
    entry,
    `  ${asYaml(session)}: { dbname: ${asYaml(database)}, users: [${listed}], pool_mode: session, pool_size: ${sizes.session} }`,
  ];
}

function placeOf(place: PasswordPlace): string {
  return 'env' in place ? `env: ${place.env}` : `file: ${JSON.stringify(place.file)}`;
}

function lines(all: readonly string[]): string {
  return all.join('\n');
}

/** Text that YAML does not read as something else, in a line or within brackets; `${NAME}` needs no quotes in a line. */
function asYaml(text: string): string {
  const rest = text.replace(/(?<=.)\$\{\w+\}/g, '');
  const isPlain =
    /^(?:[1-9]\d{0,8}|[A-Za-z_$./][\w.:@$/?&=%+~!-]*)$/.test(rest) &&
    !/:$|^(?:null|true|false|yes|no|on|off|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
