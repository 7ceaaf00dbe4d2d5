import { describe, expect, it } from 'vitest';
import { formatDumpName } from '../../src/backup/dump-name.ts';
import { listExpired } from '../../src/backup/retention.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 15, 0);
const DAY_MS = 86_400_000;
const dump = (daysAgo: number, database = 'ecar_db') =>
  formatDumpName({ time: NOW - daysAgo * DAY_MS, database });
const made = dump(0);
const daily = Array.from({ length: 60 }, (_, days) => dump(days));

describe('the backups that have had their time', () => {
  it.each([
    [7, 30, 31],
    [40, 30, 40],
    [7, 0, 7],
    [1, 0, 1],
    [1, 400, 60],
  ])('with keep %i and keep_days %i must be all but %i of daily ones', (keep, keep_days, left) => {
    const expired = listExpired(daily, made, { keep, keep_days }, NOW);
    expect(expired.sort()).toEqual(daily.slice(left).sort());
  });

  it('must never be the one that was just made, whatever the clock says', () => {
    const late = dump(500);
    const names = [late, ...daily];
    expect(listExpired(names, late, { keep: 1, keep_days: 0 }, NOW)).toEqual(
      expect.not.arrayContaining([late]),
    );
    expect(listExpired([late], late, { keep: 1, keep_days: 0 }, NOW)).toEqual([]);
  });

  it('must be of the same database, and of ours by their names', () => {
    const others = [dump(90, 'ecar_db2'), dump(90, 'Ecar_db'), 'ecar_db.dump', `${dump(90)}.old`, 'x'];
    expect(listExpired([made, dump(90), ...others], made, { keep: 1, keep_days: 1 }, NOW)).toEqual([
      dump(90),
    ]);
  });
});
