import type { Outlook } from '../deploy/outlook.ts';
import { RefusedError } from '../problems/errors.ts';
import type { Stack } from '../stack/stack.ts';

/**
 * A rotation of an adopted project that was killed is ended by another one alone: no deploy changes its roles, and
 * nobody knows whether the one role has the new password by now.
 * @param target by the settings, which may have the new password
 * @throws RefusedError with the command that ends it
 */
export function refuseUnfinishedRotation(
  { unfinished, before }: Outlook,
  target: Stack,
  rotate: (name: string) => string,
): void {
  if (unfinished?.command !== 'rotate' || target.adopted === undefined) return;
  const now = new Map(target.users.map(({ name, password }) => [name, password?.reveal()]));
  const rotated = before?.facts?.stack.users.find(
    ({ name, password }) => password !== undefined && now.get(name) !== password.reveal(),
  );
  throw new RefusedError(
    `the rotate of ${unfinished.began} was not finished (it was at: ${unfinished.step}), and no deploy changes the roles of an adopted project`,
    `finish that first: ${rotate(rotated?.name ?? 'USER')}`,
  );
}
