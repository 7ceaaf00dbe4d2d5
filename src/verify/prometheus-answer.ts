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
  /** `ok`, `err`, or `unknown` before it was evaluated. */
  readonly health: string;
  readonly lastError: string;
}

/** What Prometheus tells of itself. */
export interface PrometheusAnswer {
  readonly targets: readonly ScrapeTarget[];
  readonly rules: readonly LoadedRule[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what /api/v1/targets and /api/v1/rules answered, one JSON document a line. Throws SyntaxError or
 * TypeError for anything else.
 */
export function parsePrometheusAnswer(stdout: string): PrometheusAnswer {
  const [targets = '', rules = ''] = stdout.split('\n');
  const { activeTargets } = JSON.parse(targets).data;
  const groups: readonly { readonly rules: readonly Fields[] }[] = JSON.parse(rules).data.groups;
  return {
    targets: activeTargets.map((target: Fields) => ({
      address: String((target['labels'] as Fields)['instance']),
      ...toHealth(target),
    })),
    rules: groups.flatMap((group) =>
      group.rules.map((rule) => ({ name: String(rule['name']), ...toHealth(rule) })),
    ),
  };
}

function toHealth({ health, lastError }: Fields) {
  return { health: String(health), lastError: String(lastError ?? '') };
}
