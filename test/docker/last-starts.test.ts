import { describe, expect, it } from 'vitest';
import { parseLastStarts } from '../../src/docker/last-starts.ts';

describe('parseLastStarts', () => {
  it('must read how each container started, by the name that Compose shows', () => {
    const stdout = [
      '["/ecar_postgres","2026-11-23T09:00:00.123456789Z","",false]',
      '["/ecar_pgbouncer","0001-01-01T00:00:00Z","listen \\"x\\": in use\\n",true]',
      '',
    ].join('\n');
    expect([...parseLastStarts(stdout)]).toEqual([
      ['ecar_postgres', { startedAt: '2026-11-23T09:00:00.123456789Z', error: '', outOfMemory: false }],
      ['ecar_pgbouncer', { startedAt: undefined, error: 'listen "x": in use\n', outOfMemory: true }],
    ]);
  });

  it('must read nothing as no container', () => {
    expect(parseLastStarts('\n').size).toBe(0);
  });
});
