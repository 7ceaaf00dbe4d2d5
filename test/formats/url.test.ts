import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnrepresentableError } from '../../src/formats/format-error.ts';
import { writePostgresUrl } from '../../src/formats/url.ts';

const plain = { user: 'u', password: 'p', host: 'pgbouncer', port: 6432, database: 'd', parameters: [] };

describe('writePostgresUrl', () => {
  test('writes every part', () => {
    const parameters = [['sslmode', 'disable'] as const, ['a', 'b c'] as const];
    expect(writePostgresUrl({ ...plain, parameters })).toBe(
      'postgres://u:p@pgbouncer:6432/d?sslmode=disable&a=b%20c',
    );
  });

  test('must give back any name and password to a reader of URLs', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, text, (user, password, database) => {
        const written = writePostgresUrl({ ...plain, user, password, database });
        expect(written).toMatch(/^[A-Za-z0-9:/@%.?~_-]*$/);
        const url = new URL(written.replace('postgres:', 'http:'));
        expect([url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent)).toEqual([
          user,
          password,
          database === '.' || database === '..' ? '' : database,
        ]);
        expect(url.host).toBe('pgbouncer:6432');
      }),
    );
  });

  test('refuses half a surrogate pair and does not repeat it', () => {
    const broken = { ...plain, password: 'hidden\uD800' };
    expect(() => writePostgresUrl(broken)).toThrow(UnrepresentableError);
    expect(() => writePostgresUrl(broken)).not.toThrow(/hidden/);
  });
});
