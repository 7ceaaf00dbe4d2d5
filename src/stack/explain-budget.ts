import type { Budget, Capacity, Share } from './budget.ts';

/** So many pools, and so many caps, are shown one by one. */
const SHOWN = 12;

/** The arithmetic of a budget, line by line, as people would write it down. */
export function explainBudget(budget: Budget, capacity: Capacity | undefined): string[] {
  const { pools, databases, users, each, processes, total } = budget;
  const largest = [...pools].sort((a, b) => b.size + b.reserve - (a.size + a.reserve) || 0).slice(0, SHOWN);
  const rest = pools.length - largest.length;
  const lines = largest.map(({ database, user, size, reserve }): [string, string] => [
    `${database} as ${user}`,
    reserve === 0 ? show(size) : `${show(size)} + ${reserve} in reserve = ${show(size + reserve)}`,
  ]);
  if (rest > 0) lines.push([`${rest} smaller ${rest === 1 ? 'pool' : 'pools'}`, '']);
  lines.push(...capLines(databases, 'max_db_connections'), ...capLines(users, 'max_user_connections'));
  lines.push(['the pools at most', show(each)]);
  if (processes > 1)
    lines.push([`in ${processes} processes`, `${show(each)} x ${processes} = ${show(total)}`]);
  if (capacity !== undefined) lines.push(['Postgres has for them', explainCapacity(capacity)]);
  const width = Math.min(50, Math.max(...lines.map(([name]) => name.length)));
  return lines.map(([name, sum]) => `${name.padEnd(width)}  ${sum}`.trimEnd());
}

/** Caps that bind: those above what the pools may open anyway change nothing. */
function capLines(shares: readonly Share[], key: string): [string, string][] {
  const binding = shares.filter(({ pools, cap }) => cap < pools);
  const lines = binding
    .slice(0, SHOWN)
    .map(({ name, pools, cap }): [string, string] => [
      `${name} by ${key}`,
      `${cap} instead of ${show(pools)}`,
    ]);
  const rest = binding.length - lines.length;
  return rest === 0 ? lines : [...lines, [`${rest} more by ${key}`, '']];
}

function explainCapacity(capacity: Capacity): string {
  const taken = (['superuser_reserved_connections', 'reserved_connections', 'direct_connections'] as const)
    .filter((key) => capacity[key] > 0)
    .map((key) => ` - ${capacity[key]} ${key}`);
  return `${capacity.max_connections} max_connections${taken.join('')} = ${capacity.available}`;
}

function show(count: number): string {
  return Number.isFinite(count) ? String(count) : 'no limit';
}
