import { type BudgetFacts, countBudget, type Pool } from './budget.ts';

/** One setting with another value. */
export interface BudgetChange {
  /** Where it stands in the settings: `['databases', 'shop', 'pool_size']`. */
  readonly path: readonly string[];
  readonly from: number;
  readonly to: number;
  /** What the pools may open then. */
  readonly total: number;
}

/** So many of the largest pools are looked at for settings of their own. */
const LOOKED_AT = 5;

/**
 * The smallest change of one setting that keeps the pools within `available`: that of an auth_user's pools where it does,
 * since a few connections are enough to ask; or else, of those that do, the one after which they may still open the most.
 * Undefined where no single one does.
 * @param hasUserSizes whether PgBouncer knows `pool_size` of a user (since 1.23)
 */
export function fitBudget(
  facts: BudgetFacts,
  available: number,
  hasUserSizes: boolean,
): BudgetChange | undefined {
  const { pools } = countBudget(facts);
  return (
    findBest(facts, available, hasUserSizes ? candidatesOfAskers(facts, pools) : []) ??
    findBest(facts, available, candidates(facts, pools))
  );
}

function findBest(
  facts: BudgetFacts,
  available: number,
  among: readonly Candidate[],
): BudgetChange | undefined {
  let best: BudgetChange | undefined;
  for (const { path, from, least } of among) {
    const total = (value: number) => countBudget(withValue(facts, path, value)).total;
    if (total(least) > available) continue;
    let [low, high] = [least, from];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (total(middle) <= available) low = middle;
      else high = middle;
    }
    const change = { path, from, to: low, total: total(low) };
    if (best === undefined || change.total > best.total) best = change;
  }
  return best;
}

interface Candidate {
  readonly path: readonly string[];
  readonly from: number;
  /** The least that it may be: a pool of 0 would have no limit. */
  readonly least: number;
}

/** The size of each auth_user's pools, but of one that clients log in as, too: they need theirs. */
function candidatesOfAskers({ databases, askers }: BudgetFacts, pools: readonly Pool[]): Candidate[] {
  const clients = new Set(databases.flatMap((entry) => [entry.settings.get('user') ?? entry.users].flat()));
  const names = new Set(askers.map(({ user }) => user).filter((user) => !clients.has(user)));
  return [...names].flatMap((name) => {
    const from = Math.max(...pools.filter(({ user }) => user === name).map(({ size }) => size));
    return Number.isFinite(from) && from > 1 ? [{ path: ['users', name, 'pool_size'], from, least: 1 }] : [];
  });
}

/** The settings that the pools take their sizes from, those of all of them first. */
function candidates({ databases, users, settings }: BudgetFacts, pools: readonly Pool[]): Candidate[] {
  const found = new Map<string, Candidate>();
  const add = (path: readonly string[], from: number, least: number) => {
    if (Number.isFinite(from) && from > least) found.set(path.join('\0'), { path, from, least });
  };
  add(['pgbouncer', 'reserve_pool_size'], Number(settings.get('reserve_pool_size') ?? 0), 0);
  add(['pgbouncer', 'default_pool_size'], Number(settings.get('default_pool_size') ?? 20), 1);
  const largest = [...pools].sort((a, b) => b.size + b.reserve - a.size - a.reserve).slice(0, LOOKED_AT);
  for (const { database, user, size, reserve } of largest) {
    const entry = databases.find(({ name }) => name === database)?.settings;
    const own = users.find(({ name }) => name === user)?.settings;
    if (own?.has('pool_size')) add(['users', user, 'pool_size'], size, 1);
    else if (entry?.has('pool_size')) add(['databases', database, 'pool_size'], size, 1);
    if (own?.has('reserve_pool_size')) add(['users', user, 'reserve_pool_size'], reserve, 0);
    else if (entry?.has('reserve_pool_size') || entry?.has('reserve_pool'))
      add(['databases', database, 'reserve_pool_size'], reserve, 0);
  }
  return [...found.values()];
}

/** The same facts with one setting changed. */
export function withValue(facts: BudgetFacts, path: readonly string[], value: number): BudgetFacts {
  const [section, name = '', key = name] = path;
  const set = (settings: ReadonlyMap<string, string>, wanted: string) => {
    const actual = wanted === 'reserve_pool_size' && settings.has('reserve_pool') ? 'reserve_pool' : wanted;
    return new Map([...settings, [actual, String(value)]]);
  };
  if (section === 'pgbouncer') return { ...facts, settings: set(facts.settings, name) };
  const inPlace = <T extends { readonly name: string; readonly settings: ReadonlyMap<string, string> }>(
    entries: readonly T[],
  ) =>
    entries.map((entry) => (entry.name === name ? { ...entry, settings: set(entry.settings, key) } : entry));
  return section === 'databases'
    ? { ...facts, databases: inPlace(facts.databases) }
    : { ...facts, users: inPlace(facts.users) };
}
