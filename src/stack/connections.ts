import { ownEntries } from './access.ts';
import { type Asker, type BudgetFacts, countBudget, type Share } from './budget.ts';
import { BUILT_IN_DEFAULTS } from './default-settings.ts';
import type { Stack } from './stack.ts';

/** Room for the listening socket, the log, DNS, the console, and cancel requests, which bypass the limits. */
const MARGIN = 128;

/** What the budget hangs on, of a stack. Its one container runs one process. */
export function budgetFacts({ databases, users, pgbouncer }: Stack): BudgetFacts {
  const { settings } = pgbouncer;
  return { databases, users, askers: listAskers(databases, settings), settings, processes: 1 };
}

/** The same of the stack's own server alone: what entries have on other servers counts there. */
export function serverBudgetFacts(stack: Stack): BudgetFacts {
  return { ...budgetFacts(stack), databases: ownEntries(stack) };
}

/**
 * As whom PgBouncer asks about users whom it does not know, once for each entry through which it does: that of
 * auth_dbname, or else each that clients come to.
 */
export function listAskers(
  databases: BudgetFacts['databases'],
  settings: ReadonlyMap<string, string>,
): readonly Asker[] {
  const names = new Set(databases.map(({ name }) => name));
  const askers = databases.flatMap(({ name, settings: own }): Asker[] => {
    const user = own.get('auth_user') ?? settings.get('auth_user');
    const where = own.get('auth_dbname') ?? settings.get('auth_dbname') ?? name;
    return user === undefined ? [] : [{ database: names.has(where) ? where : '*', user }];
  });
  return [...new Map(askers.map((asker) => [JSON.stringify([asker.database, asker.user]), asker])).values()];
}

/**
 * Whether PgBouncer may open pools that no setting tells of: one for each database that clients ask `*` for, and one
 * for each user whom it finds by auth_query, which it asks as auth_user only.
 */
export function hasUncountedPools(facts: BudgetFacts): boolean {
  return facts.databases.some(({ name }) => name === '*') || listOpenEntries(facts).length > 0;
}

/** The entries to which users come whom the settings do not list; as the `user` of an entry they all share one pool. */
export function listOpenEntries({ databases, settings }: BudgetFacts): string[] {
  const isOpen = (own: ReadonlyMap<string, string>) =>
    (own.has('auth_user') || settings.has('auth_user')) && !own.has('user');
  return databases.filter((entry) => isOpen(entry.settings)).map(({ name }) => name);
}

/**
 * The most server connections with those pools, as far as caps hold them: max_db_connections where users may be any, and
 * max_user_connections where databases may. Infinity where nothing does.
 */
export function countCeiling(facts: BudgetFacts): number {
  const { databases: shares, users, processes } = countBudget(facts);
  const open = new Set(listOpenEntries(facts));
  const fallback = facts.databases.find(({ name }) => name === '*');
  const roaming = new Set(fallback && [fallback.settings.get('user') ?? fallback.users].flat());
  const sum = (all: readonly Share[], isOpen: (name: string) => boolean) =>
    all.reduce((total, { name, pools, cap }) => total + (isOpen(name) ? cap : Math.min(pools, cap)), 0);
  const byDatabase = fallback ? Infinity : sum(shares, (name) => open.has(name));
  const byUser = open.size > 0 ? Infinity : sum(users, (name) => roaming.has(name));
  return Math.min(byDatabase, byUser) * processes;
}

/** Client connections that PgBouncer accepts at most. */
export function countClients(settings: ReadonlyMap<string, string>): number {
  return Number(settings.get('max_client_conn') ?? BUILT_IN_DEFAULTS.max_client_conn);
}

/**
 * The open files that PgBouncer must be allowed: one for each client and each server connection, and a
 * margin; rounded up so that a small change of a pool does not recreate the container. Where pools have no
 * limit, a server connection for each client.
 */
export function countOpenFiles(facts: BudgetFacts): number {
  const clients = countClients(facts.settings);
  const { each } = countBudget(facts);
  const needed = clients + (Number.isFinite(each) ? each : clients * facts.databases.length) + MARGIN;
  return Math.ceil(needed / 1024) * 1024;
}
