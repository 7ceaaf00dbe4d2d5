import { readTemplate } from '../../src/cli/templates.ts';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  readonly fieldConfig?: { readonly defaults?: { readonly unit?: string } };
}

/** What the tests read of a dashboard. */
export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[];
  };
}

/** The dashboard as it ships. */
export function readDashboard(): Dashboard {
  return JSON.parse(readTemplate('monitoring/grafana/dashboards/pgbouncer.json'));
}

/** The metrics and recorded series that the alert rules and the dashboard name. */
export function namedMetrics(): ReadonlySet<string> {
  const rules = readTemplate('monitoring/prometheus/rules/pgbouncer.yml');
  const queries = panelQueries(readDashboard()).map(({ expr }) => expr);
  const names = [rules, ...queries].join('\n').matchAll(/\b(?:pgbouncer|ecar_pool)[_:]\w+(?::\w+)*/g);
  return new Set([...names].map(([name]) => name));
}

/** Every query of every panel. */
export function panelQueries({ panels }: Dashboard): { readonly title: string; readonly expr: string }[] {
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
}

/** What each variable offers: the values of a label in what a selector finds. */
export function variableQueries({
  templating,
}: Dashboard): { readonly name: string; readonly selector: string; readonly label: string }[] {
  return templating.list.flatMap(({ name, definition = '' }) => {
    const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
    return selector === undefined || label === undefined ? [] : [{ name, selector, label }];
  });
}

/** What Grafana makes of the variables where everything is chosen. */
export function substitute(expr: string): string {
  return expr.replaceAll('$__rate_interval', '20s').replace(/\$\w+/g, '.*');
}
