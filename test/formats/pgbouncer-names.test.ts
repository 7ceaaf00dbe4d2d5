import { describe, expect, test } from 'vitest';
import { explainDatabaseName, explainUserName } from '../../src/formats/pgbouncer-names.ts';

describe('explainDatabaseName', () => {
  test.each([
    ['app', undefined],
    ['*', undefined],
    ['Pgbouncer', undefined],
    ['my db', undefined],
    ['a"b;#', undefined],
    ['é'.repeat(31), undefined],
    ['é'.repeat(32), 'longer than 63 bytes'],
    ['pgbouncer', 'reserves'],
    ['', 'empty'],
    ["it's", 'single quote'],
    ['a\nb', 'control character'],
    ['a\u0085b', 'control character'],
    ['\uDC00', 'not valid Unicode'],
  ])('judges %j for PgBouncer 1.25', (name, reason) => {
    expectReason(explainDatabaseName(name, { quotedKeys: true }), reason);
  });

  test.each([
    ['app-1.b_c', undefined],
    ['my db', 'before 1.25'],
    ['é', 'before 1.25'],
    ["it's", 'no escape'],
  ])('judges %j for PgBouncer 1.24', (name, reason) => {
    expectReason(explainDatabaseName(name, { quotedKeys: false }), reason);
  });
});

describe('explainUserName', () => {
  const login = { quotedKeys: false, console: false, inUsersSection: false };

  test.each([
    ["it's me, é", login, undefined],
    ['"'.repeat(63), login, undefined],
    ['', login, 'empty'],
    ['u'.repeat(64), login, 'longer than 63 bytes'],
    ['a\tb', login, 'control character'],
    [`o'hara-"x"`, { ...login, console: true }, undefined],
    ['we ird', { ...login, console: true }, 'space or comma'],
    ['a,b', { ...login, console: true }, 'space or comma'],
    ['we ird', { ...login, inUsersSection: true }, 'before 1.25'],
    ['we ird', { ...login, inUsersSection: true, quotedKeys: true }, undefined],
    ["it's", { ...login, inUsersSection: true, quotedKeys: true }, 'single quote'],
  ])('judges %j with %o', (name, use, reason) => {
    expectReason(explainUserName(name, use), reason);
  });
});

function expectReason(actual: string | undefined, expected: string | undefined): void {
  if (expected === undefined) expect(actual).toBeUndefined();
  else expect(actual).toContain(expected);
}
