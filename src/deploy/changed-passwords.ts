import type { Stack } from '../stack/stack.ts';

/**
 * Where the passwords stand that two sets of an adopted project have differently, as people would look them up:
 * `DB_PASSWORD in .env`. Its services take them from there, whichever set lies in the folder; `verify` logs in with
 * those of the set, and cannot tell. None for a stack that is rendered whole, whose `.env` is put back with it.
 */
export function listChangedPasswords(
  before: Pick<Stack, 'adopted' | 'users'>,
  { users }: Pick<Stack, 'users'>,
): string[] {
  if (before.adopted === undefined) return [];
  const now = new Map(users.map(({ name, password }) => [name, password]));
  return before.users
    .filter(({ roles }) => roles.includes('app'))
    .flatMap(({ name, password }) => {
      const other = now.get(name);
      return password && other && password.reveal() !== other.reveal() ? [other.origin] : [];
    });
}
