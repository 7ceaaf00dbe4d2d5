import { expect, test } from 'vitest';
import { alterRoleSql } from '../../src/credentials/alter-role.ts';

const SECRET = `md5${'0'.repeat(32)}`;

test.each([
  ['bob', '"bob"'],
  ['us"er', '"us""er"'],
  ['a; DROP ROLE b', '"a; DROP ROLE b"'],
  ["o'neil", '"o\'neil"'],
  ['back\\slash', '"back\\slash"'],
  ['two\nlines"', 'U&"two\\000alines"""'],
  ['both\\\r', 'U&"both\\\\\\000d"'],
])('%j is quoted', (user, quoted) => {
  expect(alterRoleSql(user, SECRET)).toBe(`ALTER ROLE ${quoted} PASSWORD '${SECRET}';`);
});

test.each(['hunter2', '', `${SECRET}'; DROP ROLE x; --`, "SCRAM-SHA-256$4096:'$a:b", 'SCRAM-SHA-256$\n'])(
  'what is no stored secret is refused without being quoted: %j',
  (secret) => {
    expect(() => alterRoleSql('bob', secret)).toThrow(/^only a stored secret may go into ALTER ROLE$/);
  },
);
