import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDumpName, parseDumpName } from '../../src/backup/dump-name.ts';

const time = Date.UTC(2026, 10, 23, 10, 15, 0);

describe('the name of a backup', () => {
  it.each([
    ['ecar_db', '20261123T101500Z-ecar_db.dump'],
    ['a/b "c"', '20261123T101500Z-a%2Fb%20%22c%22.dump'],
    ['..', '20261123T101500Z-...dump'],
    ['é%41', '20261123T101500Z-%C3%A9%2541.dump'],
  ])('of %j must be %s', (database, name) => {
    expect(formatDumpName({ time, database })).toBe(name);
    expect(parseDumpName(name)).toEqual({ time, database });
  });

  it('must tell its database and its second, and fit into a folder, for every name that Postgres takes', () => {
    const names = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 63 })
      .filter(
        (name) =>
          Buffer.byteLength(name) <= 63 && !name.includes('\0') && Buffer.from(name).toString() === name,
      );
    fc.assert(
      fc.property(names, fc.integer({ min: 0, max: 4e9 }), (database, seconds) => {
        const name = formatDumpName({ time: seconds * 1000 + 7, database });
        expect(name).toMatch(/^[\w%.-]{1,255}$/);
        expect(parseDumpName(name)).toEqual({ time: seconds * 1000, database });
      }),
    );
  });

  it.each([
    'ecar_db.dump',
    '20261123T101500Z-ecar_db.dump.tmp',
    '20261123T101500Z-.dump',
    '20261323T101500Z-ecar_db.dump',
    '20261123T101500Z-a%2fb.dump',
    '20261123T101500Z-%61.dump',
    '20261123T101500Z-%FF.dump',
    'x20261123T101500Z-ecar_db.dump',
  ])('must not be seen in %s', (name) => {
    expect(parseDumpName(name)).toBe(undefined);
  });
});
