import { expect, it } from 'vitest';
import { listChangedPasswords } from '../../src/deploy/changed-passwords.ts';
import { Secret } from '../../src/stack/secret.ts';
import { planScenario } from '../support/golden.ts';

it('must name where a password stands that an adopted project has not put back, and no other', async () => {
  const { stack } = await planScenario('minimal');
  const rotate = (role: string) => ({
    users: stack.users.map((user) =>
      user.roles.includes(role as 'app')
        ? { ...user, password: new Secret('new', 'DB_PASSWORD in .env') }
        : user,
    ),
  });
  const adopted = {
    files: [],
    isSelfNamed: true,
    isPersistent: false,
    networks: [],
    profiles: [],
    services: [],
  };
  const before = { ...stack, adopted };
  expect(listChangedPasswords(before, rotate('app'))).toEqual(['DB_PASSWORD in .env']);
  expect(listChangedPasswords(before, rotate('admin'))).toEqual([]);
  expect(listChangedPasswords(before, stack)).toEqual([]);
  expect(listChangedPasswords(stack, rotate('app'))).toEqual([]);
});
