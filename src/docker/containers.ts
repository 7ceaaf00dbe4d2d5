/** A container of the project, as `docker compose ps` shows it. */
export interface Container {
  readonly name: string;
  readonly service: string;
  readonly image: string;
  /** `running`, `exited`, `restarting`, `created`, `paused` or `dead`. */
  readonly state: string;
  /** `starting`, `healthy` or `unhealthy`; empty where the container has no health check. */
  readonly health: string;
  /** Of the last run; 0 while the container restarts. */
  readonly exitCode: number;
  readonly labels: ReadonlyMap<string, string>;
  readonly ports: readonly PublishedPort[];
}

/** A port of the host that leads into a container. */
interface PublishedPort {
  readonly address: string;
  readonly published: number;
  readonly target: number;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what `docker compose ps --format json` printed: one array before Compose 2.21, one object a line
 * since, nothing where there is no container. Throws SyntaxError on anything else. Containers of
 * `docker compose run` are left out: they are nobody's service.
 */
export function parseContainers(stdout: string): Container[] {
  const text = stdout.trim();
  if (text === '') return [];
  const rows: Fields[] = text.startsWith('[')
    ? JSON.parse(text)
    : text.split(/\r?\n/).map((line) => JSON.parse(line));
  return rows.map(toContainer).filter(({ labels }) => labels.get('com.docker.compose.oneoff') !== 'True');
}

function toContainer(fields: Fields): Container {
  return {
    name: textOf(fields['Name']),
    service: textOf(fields['Service']),
    image: textOf(fields['Image']),
    state: textOf(fields['State']),
    health: textOf(fields['Health']),
    exitCode: Number(fields['ExitCode'] ?? 0),
    labels: parseLabels(textOf(fields['Labels'])),
    ports: parsePorts(fields['Publishers']),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Labels come as one text, `a=b,c=d`. A comma within a value cannot be told from one between labels; what
 * follows it has no `=` and is dropped, and no label that is read here holds one.
 */
function parseLabels(text: string): Map<string, string> {
  const labels = new Map<string, string>();
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at > 0) labels.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return labels;
}

/** `Publishers` is null in some releases where nothing is published, and lists unpublished ports with 0. */
function parsePorts(value: unknown): PublishedPort[] {
  if (!Array.isArray(value)) return [];
  return (value as Fields[])
    .map((port) => ({
      address: textOf(port['URL']),
      published: Number(port['PublishedPort'] ?? 0),
      target: Number(port['TargetPort'] ?? 0),
    }))
    .filter(({ published }) => published > 0);
}
