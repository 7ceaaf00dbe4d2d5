/** A service of a Compose project, cut down to what tells who talks to Postgres. Texts are in Compose's own syntax. */
export interface ServiceModel {
  readonly name: string;
  readonly image: string;
  /** By name; undefined is taken from wherever Compose runs. */
  readonly environment: ReadonlyMap<string, string | undefined>;
  readonly env_file: readonly string[];
  /** The networks by their keys, each with the further names that it has there; undefined is the default one. */
  readonly networks: ReadonlyMap<string, readonly string[]> | undefined;
  readonly network_mode: string | undefined;
  readonly container_name: string | undefined;
  readonly profiles: readonly string[];
  readonly depends_on: readonly string[];
  /** The entrypoint and the command, as one line. */
  readonly command: string;
  /** Ports of the host that it publishes; those of a range or a variable are left out. */
  readonly ports: ReadonlySet<number>;
  /** Further names of other services that this one knows them by (`links`). */
  readonly links: ReadonlyMap<string, string>;
}

/** What is known of a project. */
export interface ProjectModel {
  readonly services: ReadonlyMap<string, ServiceModel>;
  /** The variables that it has Compose put in or hand on, whether they are set or not. */
  readonly referenced: ReadonlySet<string>;
  /** Its networks by their keys, each with whether it is internal; `default` is always there. */
  readonly networks: ReadonlyMap<string, boolean>;
  /** The files of its `secrets`, by name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** By the look of the whole text: one too many does no harm. */
function listReferenced(document: unknown): Set<string> {
  const interpolated = [...JSON.stringify(document).matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(
    ([, name = '']) => name,
  );
  const handedOn = Object.values(asMap(asMap(document)['services'])).flatMap((service) =>
    [...readPairs(asMap(service)['environment'])].flatMap(([name, value]) =>
      value === undefined ? [name] : [],
    ),
  );
  return new Set([...interpolated, ...handedOn]);
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Reads the services of a project from plain data: what `docker compose config --format json` prints, or the files
 * laid over each other.
 */
export function readProjectModel(document: unknown): ProjectModel {
  const { services, secrets, networks } = asMap(document);
  const files = Object.entries(asMap(secrets)).flatMap(([name, secret]) => {
    const file = asText(asMap(secret)['file']);
    return file === undefined ? [] : [[name, file] as const];
  });
  return {
    services: new Map(
      // By name, as Compose lists them.
      Object.keys(asMap(services))
        .sort()
        .map((name) => [name, readService(name, asMap(asMap(services)[name]))]),
    ),
    networks: new Map([
      ['default', false],
      ...Object.entries(asMap(networks)).map(
        ([name, network]) => [name, asText(asMap(network)['internal']) === 'true'] as const,
      ),
    ]),
    secrets: new Map(files),
    referenced: listReferenced(document),
  };
}

function readService(name: string, service: Values): ServiceModel {
  return {
    name,
    image: asText(service['image']) ?? '',
    environment: readPairs(service['environment']),
    env_file: asList(service['env_file']).flatMap(
      (file) => asText(file) ?? asText(asMap(file)['path']) ?? [],
    ),
    networks: readNetworks(service['networks']),
    network_mode: asText(service['network_mode']),
    container_name: asText(service['container_name']),
    profiles: asList(service['profiles']).flatMap((profile) => asText(profile) ?? []),
    depends_on: namesOf(service['depends_on']),
    command: [service['entrypoint'], service['command']]
      .flatMap((words) => asList(words).map((word) => asText(word) ?? ''))
      .join(' '),
    ports: new Set(asList(service['ports']).flatMap(readPublished)),
    links: new Map(
      asList(service['links']).flatMap((link) => {
        const [target = '', alias] = (asText(link) ?? '').split(':');
        return alias === undefined ? [] : [[alias, target] as const];
      }),
    ),
  };
}

/** `8000:80`, `127.0.0.1:8000:80/tcp`, or a map with `published`. */
function readPublished(port: unknown): number[] {
  const written = asText(asMap(port)['published']) ?? /(\d+):\d+(?:\/tcp)?$/.exec(asText(port) ?? '')?.[1];
  return written !== undefined && /^\d+$/.test(written) ? [Number(written)] : [];
}

/** A map, or a list of `NAME=value`. */
export function readPairs(value: unknown): Map<string, string | undefined> {
  if (!Array.isArray(value))
    return new Map(Object.entries(asMap(value)).map(([name, text]) => [name, asText(text)]));
  return new Map(
    value.flatMap((pair) => {
      const [, name = '', text] = /^([^=]*)(?:=([\s\S]*))?$/.exec(asText(pair) ?? '') ?? [];
      return name === '' ? [] : [[name, text] as const];
    }),
  );
}

function readNetworks(value: unknown): ServiceModel['networks'] {
  const names = namesOf(value);
  if (names.length === 0) return undefined;
  const options = Array.isArray(value) ? {} : asMap(value);
  return new Map(
    names.map((name) => [
      name,
      asList(asMap(options[name])['aliases']).flatMap((alias) => asText(alias) ?? []),
    ]),
  );
}

function namesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((name) => asText(name) ?? []);
  return Object.keys(asMap(value));
}

export function asMap(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** Numbers and booleans are text to a container. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
