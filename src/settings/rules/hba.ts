import {
  comesFromWithin,
  explainNetwork,
  findRule,
  type HbaRule,
  isWithin,
  listRulesFor,
} from '../../formats/hba.ts';
import type { Findings } from '../finding.ts';
import { toRule } from '../hba-schema.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import { asksPostgres, asksPostgresIn } from './users.ts';

type Sections = Pick<Settings, 'pgbouncer' | 'databases' | 'users'>;

const CONSOLE = 'pgbouncer';
const LOOPBACK = '127.0.0.1/32';

/** The rules of `auth_type: hba` by themselves, and whether they let the users of the settings in. */
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
  checkShutOut(settings, found);
}

/** The rules of the settings that somebody may come to by the way that they connect, in their order. */
export function listRules(pgbouncer: Settings['pgbouncer']): HbaRule[] {
  const rules = (pgbouncer.hba ?? []).map(toRule);
  return rules.filter((rule) => explainIdle(rule, pgbouncer) === undefined);
}

/** The rules that somebody gets as far as. */
export function listReached(rules: readonly HbaRule[], pgbouncer: Settings['pgbouncer']): HbaRule[] {
  const living = rules.filter((rule) => explainIdle(rule, pgbouncer) === undefined);
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

function tlsModeOf(pgbouncer: Readonly<Record<string, unknown>>): string {
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

/**
 * Who is in the settings and gets in nowhere: not from the container itself, where verify and the health check come
 * from, or from nowhere else, where the application and the exporter do.
 */
function checkShutOut({ pgbouncer, databases, users }: Sections, found: Findings): void {
  const rules = listRules(pgbouncer);
  // Where PgBouncer offers TLS, libpq takes it.
  const fromItself = { address: LOOPBACK, hasTls: tlsModeOf(pgbouncer) !== 'disable' };
  const pairs = [
    ...Object.entries(databases).flatMap(([name, entry]) => entry.users.map((user) => [name, user] as const)),
    ...Object.entries(users)
      .filter(([, user]) => rolesOf(user).some((role) => role !== 'app'))
      .map(([user]) => [CONSOLE, user] as const),
  ];
  for (const [database, user] of pairs) {
    const fitting = listRulesFor(rules, { database, user });
    const isLetIn = findRule(rules, { database, user, ...fromItself })?.method ?? 'reject';
    const others = fitting.filter(
      ({ address }) => !isWithin('127.0.0.0/8', address) && address !== '::1/128',
    );
    const isReached = others.some(({ method }) => method !== 'reject');
    if (isLetIn !== 'reject' && isReached) continue;
    const from = isReached ? 'from 127.0.0.1, where `verify` comes from' : 'from the network of the stack';
    found.doubt(
      'hba-shut-out',
      ['pgbouncer', 'hba'],
      `no rule lets ${JSON.stringify(user)} into ${JSON.stringify(database)} ${from}`,
      `add \`{ database: ${JSON.stringify(database)}, user: ${JSON.stringify(user)}, method: scram-sha-256 }\``,
    );
  }
}
