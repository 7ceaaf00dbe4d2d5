import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { formatTable } from '../../src/report/table.ts';

const plain = new Chalk({ level: 0 });
const columns = ['name', 'host', 'pool', 'gone'].map((key) => ({ key, title: key }));

describe('formatTable', () => {
  it('must align numbers right and text left, show NULL, and drop a column that no row has', () => {
    const rows = [
      { name: 'a', host: 'db.example.com', pool: '5' },
      { name: 'ecar_db', host: null, pool: '120' },
    ];
    expect(formatTable(columns, rows, plain)).toEqual([
      'name     host            pool',
      'a        db.example.com     5',
      'ecar_db  -                120',
    ]);
  });

  it('must stay within 100 characters by cutting the longest names', () => {
    const rows = [{ name: 'n'.repeat(63), host: 'h'.repeat(90), pool: '5' }];
    const lines = formatTable(columns, rows, plain);
    expect(lines.map((line) => line.length)).toEqual([100, 100]);
    expect(lines[1]).toMatch(/^n+… {2}h+… {5}5$/);
  });
});
