import type { Backup } from '../stack/stack.ts';
import { parseDumpName } from './dump-name.ts';

const DAY_MS = 86_400_000;

/**
 * The names of the backups of one database that have had their time: neither among its newest `keep` nor younger
 * than `keep_days` days. Names that are no backups of it are none of our business.
 * @param made the name of the one that was just made, which stays whatever the clock says
 */
export function listExpired(
  names: readonly string[],
  made: string,
  { keep, keep_days }: Pick<Backup, 'keep' | 'keep_days'>,
  now: number,
): string[] {
  const database = parseDumpName(made)?.database;
  const others = names
    .filter((name) => name !== made)
    .flatMap((name) => ({ name, ...parseDumpName(name) }))
    .filter((found) => found.database === database && found.time !== undefined)
    .sort((a, b) => Number(b.time) - Number(a.time));
  return others
    .slice(keep - 1)
    .filter(({ time }) => Number(time) < now - keep_days * DAY_MS)
    .map(({ name }) => name);
}
