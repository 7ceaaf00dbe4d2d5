import { comesFromWithin, explainNetwork, type HbaRule } from '../../formats/hba.ts';
import type { Findings } from '../finding.ts';
import { toRule } from '../hba-schema.ts';
import type { Settings } from '../schema.ts';
import { asksPostgres, asksPostgresIn } from './users.ts';

type Sections = Pick<Settings, 'pgbouncer' | 'databases' | 'users'>;

/** The console, by the name that clients ask for. */
export const CONSOLE = 'pgbouncer';

/** The rules of `auth_type: hba` by themselves. */
export function checkHba(settings: Sections, found: Findings): void {
  const { pgbouncer } = settings;
  const at = ['pgbouncer', 'hba'];
  if (pgbouncer.hba === undefined) return;
  if (pgbouncer.auth_type !== 'hba')
    found.key(
      'hba-unused',
      at,
      `PgBouncer reads no rules under \`auth_type: ${pgbouncer.auth_type}\``,
      'write `auth_type: hba`, or remove `hba`',
    );
  if ((pgbouncer as Readonly<Record<string, unknown>>)['auth_hba_file'] !== undefined)
    found.key('hba-unused', at, 'there are rules in `hba` and in `auth_hba_file`', 'keep one of them');
  const rules = pgbouncer.hba.map(toRule);
  for (const [index, rule] of rules.entries()) {
    const unfit = explainNetwork(rule.address);
    if (unfit !== undefined)
      found.value(
        'value',
        [...at, index, 'address'],
        `${rule.address} ${unfit}`,
        'correct it, or write `all`',
      );
    checkNames(rule, [...at, index], settings, found);
    const idle = explainIdle(rule, pgbouncer);
    if (idle !== undefined)
      found.doubt(
        'hba-unreached',
        [...at, index],
        `nobody gets as far as this rule: ${idle}`,
        'write `type: host`, or another client_tls_sslmode',
      );
    const before = rules.findIndex(
      (earlier, place) => place < index && !explainIdle(earlier, pgbouncer) && covers(earlier, rule),
    );
    if (idle === undefined && before !== -1)
      found.doubt(
        'hba-unreached',
        [...at, index],
        `nobody gets as far as this rule: number ${before + 1} is for all whom it is for`,
        'put it before that one, or remove it',
      );
  }
}

/** The rules of the settings that somebody may come to by the way that they connect, in their order. */
export function listRules(pgbouncer: Settings['pgbouncer']): HbaRule[] {
  return listLiving((pgbouncer.hba ?? []).map(toRule), pgbouncer);
}

/** Those among rules that somebody may come to by the way that they connect. */
export function listLiving(rules: readonly HbaRule[], pgbouncer: Settings['pgbouncer']): HbaRule[] {
  return rules.filter((rule) => explainIdle(rule, pgbouncer) === undefined);
}

/** The rules that somebody gets as far as. */
export function listReached(rules: readonly HbaRule[], pgbouncer: Settings['pgbouncer']): HbaRule[] {
  const living = listLiving(rules, pgbouncer);
  return living.filter((rule, place) => !living.slice(0, place).some((earlier) => covers(earlier, rule)));
}

/** Why nobody connects in the way that a rule is for; undefined where somebody may. */
function explainIdle({ type }: HbaRule, pgbouncer: Settings['pgbouncer']): string | undefined {
  const mode = tlsModeOf(pgbouncer);
  if (type === 'hostssl' && mode === 'disable')
    return 'it is for TLS, and `client_tls_sslmode` is disable unless set';
  return type === 'hostnossl' && /^(?:require|verify-)/.test(mode)
    ? `it is for connections without TLS, and \`client_tls_sslmode: ${mode}\` takes none`
    : undefined;
}

/** Whether PgBouncer offers clients TLS, and takes them without. */
export function tlsModeOf(pgbouncer: Readonly<Record<string, unknown>>): string {
  return String(pgbouncer['client_tls_sslmode'] ?? 'disable');
}

function checkNames(
  { database, user }: HbaRule,
  at: readonly (string | number)[],
  settings: Sections,
  found: Findings,
): void {
  const { databases, users } = settings;
  const isOpen = Object.hasOwn(databases, '*');
  const isAsked = database.some((name) =>
    name === 'all' || name === 'sameuser' ? asksPostgres(settings) : asksPostgresIn(name, settings),
  );
  for (const name of database)
    if (!['all', 'sameuser', CONSOLE].includes(name) && !isOpen && !Object.hasOwn(databases, name))
      found.value(
        'unknown-database',
        [...at, 'database'],
        `there is no database ${JSON.stringify(name)}`,
        'name an entry of `databases`',
      );
  for (const name of user)
    if (name !== 'all' && !isAsked && !Object.hasOwn(users, name))
      found.value(
        'unknown-user',
        [...at, 'user'],
        `there is no user ${JSON.stringify(name)}`,
        'add it under `users`',
      );
}

/** Whether the first rule is for everybody whom the second one is for. */
function covers(first: HbaRule, second: HbaRule): boolean {
  const hasAll = (names: readonly string[], others: readonly string[]) =>
    names.includes('all') || others.every((name) => names.includes(name));
  return (
    comesFromWithin(first, second) &&
    hasAll(first.database, second.database) &&
    hasAll(first.user, second.user)
  );
}
