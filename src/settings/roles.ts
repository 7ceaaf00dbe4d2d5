import type { Role } from '../stack/stack.ts';
import type { Settings } from './schema.ts';

/** The roles of a user: one or a list of them in the settings. */
export function rolesOf({ role }: Pick<Settings['users'][string], 'role'>): readonly Role[] {
  return typeof role === 'string' ? [role] : role;
}
