import { findRule, type HbaRule, isWithin, listRulesFor } from '../../formats/hba.ts';
import type { Findings } from '../finding.ts';
import { toRule } from '../hba-schema.ts';
import { rolesOf } from '../roles.ts';
import type { Settings } from '../schema.ts';
import { chooseClient } from '../secret-uses.ts';
import { CONSOLE, listLiving, tlsModeOf } from './hba.ts';

type Sections = Pick<
  Settings,
  'app' | 'pgbouncer' | 'databases' | 'users' | 'network' | 'compose' | 'monitoring'
>;

const ITSELF = '127.0.0.1/32';

/**
 * What Docker takes networks from that nobody gives a subnet, and what it makes of them: 172.17.0.0/16 and so on, and
 * 192.168.0.0/20 and so on (moby, libnetwork/ipamutils), unless the daemon has `default-address-pools` of its own.
 */
const POOLS: ReadonlyMap<string, readonly string[]> = new Map([
  ['172.16.0.0/12', Array.from({ length: 15 }, (_, index) => `172.${17 + index}.0.0/16`)],
  ['192.168.0.0/16', Array.from({ length: 16 }, (_, index) => `192.168.${16 * index}.0/20`)],
]);

/** Somebody of the settings, on the way to where they belong. */
interface Pair {
  readonly database: string;
  readonly user: string;
}

/**
 * Who is in the settings and gets in nowhere: not from the container itself, where verify and the health check come
 * from; not from the network of the stack, where the application and the exporter do; or, as anybody else, from nowhere
 * beyond the container. Where those come from the settings do not tell.
 */
export function checkShutOut(settings: Sections, found: Findings): void {
  const { pgbouncer, databases, users } = settings;
  if (pgbouncer.hba === undefined) return;
  const written = pgbouncer.hba.map(toRule);
  const rules = listLiving(written, pgbouncer);
  const insiders = listInsiders(settings);
  const isInside = (pair: Pair) =>
    insiders.some(({ database, user }) => database === pair.database && user === pair.user);
  const pairs = [
    ...Object.entries(databases).flatMap(([database, entry]) =>
      entry.users.map((user) => ({ database, user })),
    ),
    ...Object.entries(users)
      .filter(([, user]) => rolesOf(user).some((role) => role !== 'app'))
      .map(([user]) => ({ database: CONSOLE, user })),
  ];
  // Where PgBouncer offers TLS, libpq takes it; what the application does nobody knows.
  const hasTls = tlsModeOf(pgbouncer) !== 'disable';
  for (const pair of pairs) {
    const missed = isLetIn(rules, pair, ITSELF, [hasTls]) ? [] : [ITSELF];
    if (isInside(pair) && !isForeign(settings)) missed.push(...missFromPools(rules, pair));
    // Nothing of the stack needs the console from afar but the exporter, so that rules that keep it at home are meant.
    else if (isInside(pair) || pair.database !== CONSOLE) missed.push(...missFromAfar(rules, pair));
    if (missed.length > 0) tell(pair, missed, written, rules, found);
  }
}

/** Who comes from the network of the stack: the application, to the entries that it is told of, and the exporter. */
function listInsiders(settings: Sections): Pair[] {
  const { app, databases } = settings;
  const { database, session_database, user } = chooseClient(settings);
  const names = Object.hasOwn(databases, database) ? [database] : ['*'];
  if (session_database !== undefined) names.push(session_database);
  const exporter = findExporter(settings);
  return [
    ...(app === undefined ? [] : names.map((name) => ({ database: name, user }))),
    ...(exporter === undefined ? [] : [{ database: CONSOLE, user: exporter }]),
  ];
}

/** A network that somebody else makes may have any subnet, so that whatever lets in from beyond may be for it. */
function isForeign({ network, compose }: Sections): boolean {
  return compose !== undefined || (typeof network === 'object' && network.external);
}

/** What Docker takes networks from, as far as one of them might be let in by no rule; it is let in as a whole or not. */
function missFromPools(rules: readonly HbaRule[], pair: Pair): string[] {
  const isMissed = (network: string) => !isLetIn(rules, pair, network, [true, false]);
  return [...POOLS].flatMap(([pool, networks]) => (networks.some(isMissed) ? [pool] : []));
}

/** The same of somebody who comes from a network that nobody knows: any rule for one beyond the container may be it. */
function missFromAfar(rules: readonly HbaRule[], pair: Pair): string[] {
  const isKnown = listRulesFor(rules, pair).some(
    ({ address, method }) =>
      !isWithin('127.0.0.0/8', address) && address !== '::1/128' && method !== 'reject',
  );
  return isKnown ? [] : [...POOLS.keys()];
}

function isLetIn(rules: readonly HbaRule[], pair: Pair, address: string, ways: readonly boolean[]): boolean {
  return ways.some(
    (hasTls) => (findRule(rules, { ...pair, address, hasTls })?.method ?? 'reject') !== 'reject',
  );
}

function tell(
  pair: Pair,
  missed: readonly string[],
  written: readonly HbaRule[],
  rules: readonly HbaRule[],
  found: Findings,
): void {
  const [first = '', ...others] = missed;
  const networks = missed.filter((address) => address !== ITSELF);
  const from = [
    ...(first === ITSELF ? ['127.0.0.1, where `verify` comes from'] : []),
    ...(networks.length > 0 ? [`${networks.join(' or ')}, where Docker puts the network of the stack`] : []),
  ];
  const before = listRulesFor(rules, pair);
  const method =
    before.find((rule) => rule.method !== 'reject' && rule.method !== 'trust')?.method ?? 'scram-sha-256';
  const rejecting = before.find(
    (rule) => rule.method === 'reject' && missed.some((address) => meet(rule.address, address)),
  );
  const names = `database: ${JSON.stringify(pair.database)}, user: ${JSON.stringify(pair.user)}`;
  found.doubt(
    'hba-shut-out',
    ['pgbouncer', 'hba'],
    `no rule lets ${JSON.stringify(pair.user)} into ${JSON.stringify(pair.database)} from ${from.join(', nor from ')}`,
    [
      `add \`{ ${names}, address: ${first}, method: ${method} }\``,
      ...(others.length > 0 ? [`and the same for ${others.join(' and ')}`] : []),
      ...(rejecting === undefined ? [] : [`above rule ${written.indexOf(rejecting) + 1}`]),
    ].join(', '),
  );
}

function meet(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

/** Whom the exporter enters the console as: the first one who may look and has something to log in with. */
function findExporter({ users, monitoring, pgbouncer }: Sections): string | undefined {
  if (monitoring.prometheus === undefined) return undefined;
  const key = pgbouncer.auth_type === 'cert' ? 'sslcert' : 'password';
  return Object.keys(users).find((name) => {
    const user = users[name];
    return user !== undefined && rolesOf(user).includes('stats') && user[key] !== undefined;
  });
}
