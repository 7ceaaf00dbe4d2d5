import { isIP } from 'node:net';

/** A line of the rules that PgBouncer reads as auth_hba_file. */
export interface HbaRule {
  readonly type: 'host' | 'hostssl' | 'hostnossl';
  /** Names; `all` for every one, and `sameuser` for a database with the name of the user. */
  readonly database: readonly string[];
  readonly user: readonly string[];
  /** A network such as 10.0.0.0/8, or `all`. */
  readonly address: string;
  readonly method: 'scram-sha-256' | 'md5' | 'password' | 'trust' | 'reject' | 'cert' | 'peer';
}

/**
 * The rules as PgBouncer 1.18 to 1.26 read them, in their order. Names are quoted, since `replication`, `@x`, `+x` and `#`
 * mean something without; `all` as an address is known since 1.24 only, so that it becomes two networks.
 */
export function writeHba(rules: readonly HbaRule[]): string {
  const lines = rules.flatMap(({ type, database, user, address, method }) =>
    (address === 'all' ? ['0.0.0.0/0', '::/0'] : [address]).map((network) =>
      [type, writeNames(database, ['all', 'sameuser']), writeNames(user, ['all']), network, method].join(' '),
    ),
  );
  return `${lines.join('\n')}\n`;
}

/** Who comes to PgBouncer: a user, to a database. */
interface Pair {
  readonly database: string;
  readonly user: string;
}

/** The rules that a user may get as far as on the way to a database, from some network or other, in their order. */
export function listRulesFor(rules: readonly HbaRule[], pair: Pair): HbaRule[] {
  const named = rules.filter((rule) => isFor(rule, pair));
  return named.filter(
    (rule, place) => !named.slice(0, place).some((earlier) => comesFromWithin(earlier, rule)),
  );
}

/** The rule by which PgBouncer goes for who comes from an address, as a network of one, with TLS or without. */
export function findRule(
  rules: readonly HbaRule[],
  { address, hasTls, ...pair }: Pair & { readonly address: string; readonly hasTls: boolean },
): HbaRule | undefined {
  const unfit = hasTls ? 'hostnossl' : 'hostssl';
  return rules.find((rule) => rule.type !== unfit && isFor(rule, pair) && isWithin(rule.address, address));
}

/** Whether whoever comes as the second rule has it comes as the first one has it, as whatever user. */
export function comesFromWithin(outer: HbaRule, inner: HbaRule): boolean {
  return (outer.type === 'host' || outer.type === inner.type) && isWithin(outer.address, inner.address);
}

/** Whether a rule names the user and the database, wherever they come from. */
function isFor(rule: HbaRule, { database, user }: Pair): boolean {
  return (
    (rule.database.some((name) => ['all', database].includes(name)) ||
      (rule.database.includes('sameuser') && database === user)) &&
    rule.user.some((name) => ['all', user].includes(name))
  );
}

function writeNames(names: readonly string[], words: readonly string[]): string {
  return names.map((name) => (words.includes(name) ? name : `"${name.replaceAll('"', '""')}"`)).join(',');
}

/** What is wrong with a network, to follow its text; PgBouncer never finds anybody in one with bits beyond its mask. */
export function explainNetwork(address: string): string | undefined {
  if (address === 'all') return undefined;
  const network = readNetwork(address);
  if (network === undefined) return 'is no network such as 10.0.0.0/8 or ::1/128';
  const { bits, size, prefix } = network;
  const isExact = bits === (bits >> BigInt(size - prefix)) << BigInt(size - prefix);
  return isExact ? undefined : `has bits beyond its /${prefix}, and nobody's address is in it`;
}

/** Whether every address of the second network is one of the first. */
export function isWithin(outer: string, inner: string): boolean {
  if (outer === 'all') return true;
  const [one, other] = [readNetwork(outer), readNetwork(inner)];
  if (one === undefined || other === undefined || one.size !== other.size) return false;
  const shift = BigInt(one.size - one.prefix);
  return one.prefix <= other.prefix && one.bits >> shift === other.bits >> shift;
}

function readNetwork(text: string): { bits: bigint; size: number; prefix: number } | undefined {
  const [, address = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  const size = version === 6 ? 128 : 32;
  const prefix = Number(digits);
  if (version === 0 || address.includes('%') || prefix > size) return undefined;
  return { bits: version === 6 ? bitsOf6(address) : bitsOf4(address), size, prefix };
}

function bitsOf4(address: string): bigint {
  return address.split('.').reduce((bits, part) => (bits << 8n) + BigInt(part), 0n);
}

function bitsOf6(address: string): bigint {
  // The last two groups may be an address of version 4.
  const plain = address.replace(/[\d.]+$/, (tail) => {
    if (!tail.includes('.')) return tail;
    const bits = bitsOf4(tail);
    return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [front, back] = [groups(head), groups(tail ?? '')];
  const all = [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return all.reduce((bits, group) => (bits << 16n) + BigInt(`0x${group}`), 0n);
}
