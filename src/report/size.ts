import type { Budget, Capacity } from '../stack/budget.ts';
import { countClients } from '../stack/connections.ts';
import { explainBudget } from '../stack/explain-budget.ts';
import { countAppClients, type Load, type Proposal } from '../stack/propose-sizes.ts';
import type { Reporter } from './reporter.ts';
import { formatTable } from './table.ts';

/** What `size` counted. */
interface Sizes {
  readonly environment: string;
  /** The `[pgbouncer]` section. */
  readonly settings: ReadonlyMap<string, string>;
  readonly budget: Budget;
  /** Whether there may be pools that no setting tells of. */
  readonly isLowerBound: boolean;
  /** Undefined where nobody said what the server has. */
  readonly capacity: Capacity | undefined;
  readonly openFiles: number;
  readonly load: Load;
  readonly proposals: readonly Proposal[];
}

const COLUMNS = ['database', 'user', 'size', 'reserve', 'most'].map((key) => ({ key, title: key }));

/** So many pools are shown; `--json` lists all. */
const MAX_SHOWN = 50;

/** Reports the connection budget: for people a table and the arithmetic, for machines one object. */
export function reportSize(sizes: Sizes, report: Reporter): void {
  const { environment, settings, budget, capacity, openFiles, load, proposals } = sizes;
  const clients = countAppClients(load);
  const fits = capacity === undefined ? null : budget.total <= capacity.available;
  report.data({
    environment,
    // JSON has no Infinity: null stands for no limit.
    pools: budget.pools,
    databases: budget.databases,
    users: budget.users,
    each: budget.each,
    processes: budget.processes,
    total: budget.total,
    uncounted_pools: sizes.isLowerBound,
    capacity: capacity ?? null,
    fits,
    clients: { max_client_conn: countClients(settings), application: clients ?? null },
    nofile: openFiles,
    proposals: proposals.map(({ path, ...rest }) => ({ path: path.join('.'), ...rest })),
  });
  const show = (count: number) => (Number.isFinite(count) ? String(count) : 'no limit');
  const rows = budget.pools.slice(0, MAX_SHOWN).map(({ database, user, size, reserve }) => ({
    database,
    user,
    size: show(size),
    reserve: String(reserve),
    most: show(size + reserve),
  }));
  for (const line of formatTable(COLUMNS, rows, report.style)) report.line(line);
  if (budget.pools.length > MAX_SHOWN)
    report.line(`and ${budget.pools.length - MAX_SHOWN} more; --json lists them all`);
  report.line();
  // The table has the pools themselves.
  for (const line of explainBudget({ ...budget, pools: [] }, capacity)) report.line(line);
  report.line(describeClients(settings, clients));
  report.line(`open files: ${openFiles}, which the container is allowed (ulimits.nofile)`);
  report.line();
  report.line(verdict(sizes, fits, report.style));
  for (const { path, from, to, reason } of proposals)
    report.line(`  ${report.style.bold(`${path.join('.')}: ${to}`)} instead of ${from}: ${reason}`);
}

function describeClients(settings: ReadonlyMap<string, string>, clients: number | undefined): string {
  const most = countClients(settings);
  if (clients === undefined) return `clients: ${most} (max_client_conn)`;
  const outcome = clients <= most ? 'fit' : 'do not fit';
  return `clients: ${clients} of the application ${outcome} ${most} (max_client_conn)`;
}

function verdict(
  { environment, budget, isLowerBound, capacity, proposals }: Sizes,
  fits: boolean | null,
  style: Reporter['style'],
): string {
  const name = style.bold(environment);
  const beside = isLowerBound ? ', without the pools of `*` and of users whom auth_query finds' : '';
  const advice = proposals.length === 0 ? '' : '; proposed:';
  if (capacity === undefined || fits === null)
    return `${name}: what Postgres has is not known: say \`postgres.max_connections\`, or --max-connections${advice}`;
  if (fits)
    return `${name} ${style.green('fits')}: ${budget.total} of ${capacity.available}${beside}${advice}`;
  const total = Number.isFinite(budget.total) ? String(budget.total) : 'no limit';
  return `${name} ${style.red('does not fit')}: ${total} of ${capacity.available}${advice}`;
}
