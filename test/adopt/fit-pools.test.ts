import { describe, expect, it } from 'vitest';
import { fitPools } from '../../src/adopt/fit-pools.ts';

describe('fitPools', () => {
  it.each([
    [1, 100, { pool: 20, session: 5 }],
    [4, 100, { pool: 19, session: 4 }],
    [20, 100, { pool: 3, session: 1 }],
    [1, 20, { pool: 10, session: 2 }],
    // What does not fit at all is for the budget's own rule to refuse.
    [100, 100, { pool: 1, session: 1 }],
  ])('must fit %i pairs of database and user into %i connections', (pairs, max_connections, sizes) => {
    expect(fitPools(pairs, 20, max_connections)).toEqual(sizes);
    if (pairs < 100) expect(pairs * (sizes.pool + sizes.session)).toBeLessThanOrEqual(max_connections - 8);
  });
});
