import { expect, test } from 'vitest';
import { type HashedUser, type HashMethod, hashUsers } from '../../src/credentials/hash-users.ts';
import { hashMd5 } from '../../src/credentials/md5.ts';
import { createScramVerifier } from '../../src/credentials/scram.ts';

const users = Array.from({ length: 5000 }, (_, i) => ({ user: `user${i}`, password: `pass ${i} é` }));

async function collect(count: number, method: HashMethod): Promise<HashedUser[]> {
  const hashed: HashedUser[] = [];
  for await (const batch of hashUsers(users.slice(0, count), method)) hashed.push(...batch);
  return hashed;
}

test('md5 comes out in the order of the users', async () => {
  const expected = users.map(({ user, password }) => ({ user, secret: hashMd5(user, password) }));
  expect(await collect(5000, { name: 'md5' })).toEqual(expected);
});

test.each([
  ['few', 5],
  ['many, on threads', 1000],
])('SCRAM for %s users comes out in their order, each with a salt of its own', async (_, count) => {
  const hashed = await collect(count, { name: 'scram-sha-256', iterations: 16 });
  expect(hashed.map(({ user }) => user)).toEqual(users.slice(0, count).map(({ user }) => user));
  const salts = hashed.map(({ secret }) => /^SCRAM-SHA-256\$16:([^$]+)\$/.exec(secret)?.[1] ?? '');
  expect(new Set(salts).size).toBe(count);
  const again = await Promise.all(
    salts.map((salt, i) =>
      createScramVerifier({
        password: users[i]!.password,
        salt: Buffer.from(salt, 'base64'),
        iterations: 16,
      }),
    ),
  );
  expect(hashed.map(({ secret }) => secret)).toEqual(again);
});

test('a reader may stop early', async () => {
  for await (const batch of hashUsers(users, { name: 'scram-sha-256', iterations: 100 })) {
    expect(batch.length).toBeGreaterThan(0);
    break;
  }
});
