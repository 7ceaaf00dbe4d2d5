import { expect, test } from 'vitest';
import { explainPassword } from '../../src/credentials/password-rules.ts';
import { looksLikeStoredSecret } from '../../src/credentials/stored-secret.ts';

const MD5 = `md5${'0123456789abcdef'.repeat(2)}`;

test.each([MD5, 'SCRAM-SHA-256$4096:c2FsdA==$a2V5:a2V5', 'SCRAM-SHA-256$', '$$SCRAM-SHA-256$4096:x'])(
  '%s would be taken for a hash',
  (password) => {
    expect(looksLikeStoredSecret(password)).toBe(true);
    expect(explainPassword(password)).toContain('stored secret');
  },
);

test.each([
  MD5.toUpperCase(),
  MD5.slice(1),
  `${MD5}0`,
  `${MD5}\n`,
  ' SCRAM-SHA-256$',
  'scram-sha-256$4096:x',
])('%j would not be taken for a hash', (password) => {
  expect(looksLikeStoredSecret(password)).toBe(false);
});

test.each([
  ['', 'empty'],
  ['a\0b', 'NUL'],
  ['a\nb', 'line break'],
  ['a\r', 'line break'],
  ['\ud800', 'half of a character'],
])('%j is refused', (password, reason) => {
  expect(explainPassword(password)).toContain(reason);
});

test.each(['x', ' ', 'a b', '"', "'", '$1', '#;', '\\', '\t', 'ключ', '😀'])('%j is accepted', (password) => {
  expect(explainPassword(password)).toBeUndefined();
});
