import {
  type Budget,
  type BudgetFacts,
  type Capacity,
  countBudget,
  countCapacity,
  DEFAULT_MAX_CONNECTIONS,
} from '../../stack/budget.ts';
import { USER_KEYS } from '../../stack/catalogue/user-keys.ts';
import { countCeiling, hasUncountedPools, listOpenEntries } from '../../stack/connections.ts';
import { BUILT_IN_DEFAULTS } from '../../stack/default-settings.ts';
import { explainBudget } from '../../stack/explain-budget.ts';
import { fitBudget } from '../../stack/fit-budget.ts';
import { isKnownTo } from '../../stack/pgbouncer-settings.ts';
import { POSTGRES_SERVICE } from '../../stack/stack.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { dotted } from '../tree.ts';
import { pgbouncerVersionOf } from '../versions.ts';
import { budgetFactsOf, NEWEST } from './pool-settings.ts';

type Sections = Pick<Settings, 'pgbouncer' | 'databases' | 'users' | 'postgres'>;

/** The pools together must fit the connections that Postgres has for them. */
export function checkBudget(settings: Sections, found: Findings): void {
  const facts = budgetFactsOf(settings);
  checkPools(countBudget(facts), facts.settings, found);
  const capacity = capacityOf(settings);
  // Where nobody knows what the server has, no limit may be meant, as in a pool that was taken over.
  if (capacity === undefined) return;
  const hasUserSizes = isKnownTo(pgbouncerVersionOf(settings) ?? NEWEST, USER_KEYS.pool_size);
  checkCapacity(capacity, { ...facts, databases: onServer(settings, facts) }, hasUserSizes, found);
}

/** The entries on the server itself: what those of other servers may open is for their limits. */
function onServer({ postgres, databases }: Sections, facts: BudgetFacts): BudgetFacts['databases'] {
  const own = postgres.host ?? postgres.service ?? POSTGRES_SERVICE;
  return facts.databases.filter(({ name }) => {
    const { host = own, port = postgres.port } = databases[name] ?? {};
    return host === own && port === postgres.port;
  });
}

function checkCapacity(capacity: Capacity, facts: BudgetFacts, hasUserSizes: boolean, found: Findings): void {
  const budget = countBudget(facts);
  if (!Number.isFinite(budget.total)) {
    const at =
      facts.settings.get('default_pool_size') === '0' ? ['pgbouncer', 'default_pool_size'] : ['pgbouncer'];
    const message = 'a pool size of 0 is no limit to PgBouncer: each client may take a server connection';
    found.forbid('unlimited-pool', at, message, 'give `default_pool_size` a number, such as 20');
    return;
  }
  if (hasUncountedPools(facts) && countCeiling(facts) > capacity.available)
    found.note(
      'uncounted-pools',
      ['databases'],
      'the budget leaves out the pools of `*` and of users whom auth_query finds: nobody knows how many there will be',
      adviseBound(facts, budget, capacity.available),
    );
  if (budget.total <= capacity.available) return;
  const needed = capacity.max_connections + budget.total - capacity.available;
  const change = fitBudget(facts, capacity.available, hasUserSizes);
  const raise = `\`postgres.max_connections: ${needed}\``;
  const hint =
    change === undefined
      ? `set ${raise}, or lower the pools`
      : `set \`${dotted(change.path)}: ${change.to}\` instead of ${change.from}, or ${raise}`;
  const message = `the pools may open ${budget.total} server connections, and Postgres has ${Math.max(0, capacity.available)} for them`;
  found.forbid(
    'over-budget',
    ['postgres', 'max_connections'],
    message,
    hint,
    explainBudget(budget, capacity),
  );
}

/** The caps by which those pools would fit, too. */
function adviseBound(facts: BudgetFacts, { databases, users, processes }: Budget, available: number): string {
  const hasFallback = facts.databases.some(({ name }) => name === '*');
  if (hasFallback && listOpenEntries(facts).length > 0)
    return 'name the databases in place of `*`, and bound each by `max_db_connections`';
  const [many, key, what] = hasFallback
    ? ([users, 'max_user_connections', 'user'] as const)
    : ([databases, 'max_db_connections', 'entry'] as const);
  const most = Math.floor(available / processes / many.length);
  if (most < 1) return 'raise `postgres.max_connections`, so that there is room for them';
  const each = many.length === 1 ? `the ${what}` : `each ${what}`;
  return `bound ${each} by \`${key}: ${most}\`, so that all fit, whoever comes`;
}

/** What Postgres has; undefined for one that the stack does not run, unless the settings tell. */
function capacityOf({ postgres }: Sections) {
  const { image, max_connections, direct_connections } = postgres;
  if (image === undefined && max_connections === undefined) return undefined;
  const settings = new Map(Object.entries(postgres.settings).map(([name, value]) => [name, String(value)]));
  return countCapacity({
    max_connections: max_connections ?? DEFAULT_MAX_CONNECTIONS,
    direct_connections,
    settings,
  });
}

/** What PgBouncer takes in silence: a cap below a pool, and a pool that clients can never fill. */
function checkPools(budget: Budget, settings: ReadonlyMap<string, string>, found: Findings): void {
  const clients = Number(settings.get('max_client_conn') ?? BUILT_IN_DEFAULTS.max_client_conn);
  const caps = new Map(budget.databases.map(({ name, cap }) => [name, cap]));
  const told = new Set<string>();
  for (const { database, size, reserve } of budget.pools) {
    if (told.has(database) || !Number.isFinite(size)) continue;
    const cap = caps.get(database) ?? Infinity;
    if (cap < size + reserve) {
      told.add(database);
      const message = `max_db_connections ${cap} never lets a pool of ${database} grow to its ${size}${reserve === 0 ? '' : ` + ${reserve} in reserve`}`;
      const hint = `set \`max_db_connections: ${size + reserve}\`, or lower the pool`;
      found.doubt('pool-over-cap', ['databases', database, 'max_db_connections'], message, hint);
    }
    if (size > clients) {
      told.add(database);
      const message = `a pool of ${database} may have ${size} server connections, and max_client_conn lets in ${clients} clients`;
      const hint = `set \`max_client_conn: ${size}\` or more, or lower the pool`;
      found.doubt('pool-over-clients', ['databases', database, 'pool_size'], message, hint);
    }
  }
}
