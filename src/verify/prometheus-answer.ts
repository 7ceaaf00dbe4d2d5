/** Something that Prometheus looks at. */
interface ScrapeTarget {
  readonly address: string;
  /** `up`, `down`, or `unknown` before the first look. */
  readonly health: string;
  readonly lastError: string;
}

/** A rule that Prometheus has loaded. */
interface LoadedRule {
  readonly name: string;
  /** `alerting` or `recording`. */
  readonly type: string;
  /** `ok`, `err`, or `unknown` before it was evaluated. */
  readonly health: string;
  readonly lastError: string;
}

/** A file of its configuration, as its container sees it. */
interface MountedFile {
  readonly sha256: string;
  /** When it was put in place, in seconds since 1970. */
  readonly changedAt: number;
}

/** What Prometheus tells of itself. */
export interface PrometheusAnswer {
  readonly targets: readonly ScrapeTarget[];
  readonly rules: readonly LoadedRule[];
  /** The last time that it read its files: whether it took them, and when it last took any, in seconds since 1970. */
  readonly reload: { readonly isGood: boolean; readonly takenAt: number };
  /** By the path below /etc/prometheus. */
  readonly files: ReadonlyMap<string, MountedFile>;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what /api/v1/targets and /api/v1/rules answered, one JSON document a line, then lines of /metrics, and of
 * sha256sum and stat for its files. Throws SyntaxError or TypeError for anything else.
 */
export function parsePrometheusAnswer(stdout: string): PrometheusAnswer {
  const [targets = '', rules = '', ...rest] = stdout.split('\n');
  const { activeTargets } = JSON.parse(targets).data;
  const groups: readonly { readonly rules: readonly Fields[] }[] = JSON.parse(rules).data.groups;
  const metric = (name: string) =>
    Number(rest.find((line) => line.startsWith(`${name} `))?.slice(name.length));
  return {
    targets: activeTargets.map((target: Fields) => ({
      address: String((target['labels'] as Fields)['instance']),
      ...toHealth(target),
    })),
    rules: groups.flatMap((group) =>
      group.rules.map((rule) => ({
        name: String(rule['name']),
        type: String(rule['type']),
        ...toHealth(rule),
      })),
    ),
    reload: {
      isGood: metric('prometheus_config_last_reload_successful') === 1,
      takenAt: metric('prometheus_config_last_reload_success_timestamp_seconds'),
    },
    files: readMountedFiles(rest),
  };
}

function readMountedFiles(lines: readonly string[]): ReadonlyMap<string, MountedFile> {
  const changed = new Map<string, number>();
  const files = new Map<string, MountedFile>();
  for (const line of lines) {
    const [, word = '', path = ''] = /^(\w+) {2}\.\/(.+)$/.exec(line) ?? [];
    if (/^\d{1,20}$/.test(word)) changed.set(path, Number(word));
    else if (word !== '') files.set(path, { sha256: word, changedAt: changed.get(path) ?? 0 });
  }
  return files;
}

function toHealth({ health, lastError }: Fields) {
  return { health: String(health), lastError: String(lastError ?? '') };
}
