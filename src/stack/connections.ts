import { ownEntries } from './access.ts';
import { type BudgetFacts, countBudget } from './budget.ts';
import { BUILT_IN_DEFAULTS } from './default-settings.ts';
import type { Stack } from './stack.ts';

/** Room for the listening socket, the log, DNS, the console, and cancel requests, which bypass the limits. */
const MARGIN = 128;

/** What the budget hangs on, of a stack. Its one container runs one process. */
export function budgetFacts({ databases, users, pgbouncer }: Stack): BudgetFacts {
  return { databases, users, settings: pgbouncer.settings, processes: 1 };
}

/** The same of the stack's own server alone: what entries have on other servers counts there. */
export function serverBudgetFacts(stack: Stack): BudgetFacts {
  return { ...budgetFacts(stack), databases: ownEntries(stack) };
}

/**
 * Whether PgBouncer may open pools that no setting tells of: one for each database that clients ask `*` for, and one
 * for each user whom it finds by auth_query, which it asks as auth_user only.
 */
export function hasUncountedPools({ databases, settings }: BudgetFacts): boolean {
  return (
    settings.has('auth_user') ||
    databases.some(({ name, settings: own }) => name === '*' || own.has('auth_user'))
  );
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
