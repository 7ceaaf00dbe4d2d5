import type { BudgetFacts } from '../../stack/budget.ts';
import { listAskers } from '../../stack/connections.ts';
import { defaultSettings } from '../../stack/default-settings.ts';
import type { Settings } from '../schema.ts';
import { pgbouncerVersionOf } from '../versions.ts';

/** Stands in for a version that nobody knows, which is a finding of its own. */
export const NEWEST = { major: 1, minor: 26, patch: undefined };

/** Every setting of `[pgbouncer]` as text, ecar-pool's defaults included, for rules that hang on several of them. */
export function poolSettings(settings: Pick<Settings, 'pgbouncer'>): ReadonlyMap<string, string> {
  const defaults = defaultSettings(pgbouncerVersionOf(settings) ?? NEWEST);
  return new Map<string, string>([...defaults, ...textOf(settings.pgbouncer)]);
}

/** What the connection budget hangs on, of settings that may not be a stack yet. */
export function budgetFactsOf(settings: Pick<Settings, 'pgbouncer' | 'databases' | 'users'>): BudgetFacts {
  const databases = Object.entries(settings.databases).map(([name, entry]) => ({
    name,
    users: entry.users,
    settings: textOf(entry),
  }));
  const global = poolSettings(settings);
  return {
    databases,
    users: Object.entries(settings.users).map(([name, user]) => ({ name, settings: textOf(user) })),
    askers: listAskers(databases, global),
    settings: global,
    processes: 1,
  };
}

function textOf(values: Readonly<Record<string, unknown>>): Map<string, string> {
  const scalars = Object.entries(values).filter(
    ([, value]) => typeof value === 'number' || typeof value === 'string',
  );
  return new Map(scalars.map(([key, value]) => [key, String(value)]));
}
