import { expect, test } from 'vitest';
import { hashMd5 } from '../../src/credentials/md5.ts';

// The digests are md5sum's.
test.each([
  ['bob', 'hunter2', 'md5a2cc14bcc08bcb211f578153967abd6d'],
  ['jürgen', 'pässwörd✓', 'md583fadf3e537fc3f23c5728b3416db692'],
])('hashes for %s', (user, password, stored) => {
  expect(hashMd5(user, password)).toBe(stored);
});

test('the user is the salt', () => {
  expect(hashMd5('bob', 'hunter2')).not.toBe(hashMd5('alice', 'hunter2'));
});
