import { type BudgetFacts, type Capacity, countBudget } from './budget.ts';
import { countClients } from './connections.ts';
import { BUILT_IN_DEFAULTS } from './default-settings.ts';
import { withValue } from './fit-budget.ts';

/** What is known of the application and of Postgres's machine; each may be unknown. */
export interface Load {
  /** Processes of the application, and the threads of each. */
  readonly workers?: number;
  readonly threads?: number;
  /** Cores of the machine that Postgres runs on. */
  readonly cores?: number;
}

/** A value for a setting, and why. */
export interface Proposal {
  readonly path: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** Clients of the application at once, where its workers are known. */
export function countAppClients({ workers, threads = 1 }: Load): number | undefined {
  return workers === undefined ? undefined : workers * threads;
}

/**
 * Sizes for a load, each with its reason, and only those that differ from what is set. Server connections that work
 * at once gain nothing beyond twice the cores and one for the disk (PostgreSQL's wiki, "Number Of Database
 * Connections"), nor beyond the clients; and together they must fit the capacity.
 */
export function proposeSizes(facts: BudgetFacts, capacity: Capacity | undefined, load: Load): Proposal[] {
  const clients = countAppClients(load);
  const proposals = [...proposeClients(facts, clients)];
  const pools = countBudget(facts).pools.filter((pool) => takesDefault(facts, pool));
  if (pools.length === 0) return proposals;
  const wanted = sizeFor(pools.length, clients, load.cores);
  const current = Number(facts.settings.get('default_pool_size') ?? BUILT_IN_DEFAULTS.default_pool_size);
  const isOver = capacity !== undefined && countBudget(facts).total > capacity.available;
  if (wanted === undefined && !isOver) return proposals;
  const aim = wanted ?? { size: current || 20, reason: '' };
  const size = largestThatFits(facts, capacity, aim.size);
  const reason =
    size < aim.size || aim.reason === ''
      ? `the most that fits the ${capacity?.available} connections that Postgres has for the pools`
      : aim.reason;
  const set = (key: keyof typeof BUILT_IN_DEFAULTS, to: number, why: string) => {
    const from = Number(facts.settings.get(key) ?? BUILT_IN_DEFAULTS[key]);
    if (from !== to) proposals.push({ path: ['pgbouncer', key], from, to, reason: why });
  };
  set('default_pool_size', size, reason);
  set('reserve_pool_size', reserveFor(size), 'half of the pool, for when clients have waited');
  set('min_pool_size', Math.min(5, size), 'kept open for the first ones after a pause');
  return proposals;
}

/** A client costs PgBouncer little; a deployment runs the new workers beside the old ones for a while. */
function proposeClients(facts: BudgetFacts, clients: number | undefined): Proposal[] {
  const from = countClients(facts.settings);
  if (clients === undefined || from >= 2 * clients) return [];
  const to = Math.ceil((2 * clients) / 10) * 10;
  const reason = `${clients} clients of the application, and as many again while a deployment starts beside them`;
  return [{ path: ['pgbouncer', 'max_client_conn'], from, to, reason }];
}

function takesDefault({ databases, users }: BudgetFacts, pool: { database: string; user: string }): boolean {
  const entry = databases.find(({ name }) => name === pool.database);
  const user = users.find(({ name }) => name === pool.user);
  return !entry?.settings.has('pool_size') && !user?.settings.has('pool_size');
}

function sizeFor(
  pools: number,
  clients: number | undefined,
  cores: number | undefined,
): { size: number; reason: string } | undefined {
  const byCores = cores === undefined ? Infinity : Math.max(1, Math.floor((2 * cores + 1) / pools));
  const byClients = clients ?? Infinity;
  if (byCores === Infinity && byClients === Infinity) return undefined;
  if (byClients <= byCores)
    return { size: byClients, reason: `${clients} clients of the application cannot use more` };
  const shared = pools === 1 ? '' : `, shared by ${pools} pools`;
  return { size: byCores, reason: `2 x ${cores} cores + 1 for the disk${shared}` };
}

const reserveFor = (size: number) => Math.floor(size / 2);

/** The largest default_pool_size up to `most` that fits with its reserve; 1 where none does. */
function largestThatFits(facts: BudgetFacts, capacity: Capacity | undefined, most: number): number {
  const total = (size: number) => {
    const sized = withValue(facts, ['pgbouncer', 'default_pool_size'], size);
    return countBudget(withValue(sized, ['pgbouncer', 'reserve_pool_size'], reserveFor(size))).total;
  };
  const available = capacity?.available ?? Infinity;
  let [low, high] = [1, most + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (total(middle) <= available) low = middle;
    else high = middle;
  }
  return low;
}
