import { findObstacle, type Method } from '../../stack/login-matrix.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';
import { listRules } from './hba.ts';
import { nameMethod } from './logins.ts';

type Sections = Pick<Settings, 'pgbouncer' | 'databases' | 'users'>;

/**
 * Users whom PgBouncer finds by auth_user come with what Postgres stores, a SCRAM verifier since Postgres 14: whether it
 * gets on to Postgres with that hangs on how they are asked (the matrix of logins). A query of one's own may give more.
 */
export function checkLookups(settings: Sections, found: Findings): void {
  const { pgbouncer, databases } = settings;
  const global: Readonly<Record<string, unknown>> = pgbouncer;
  const methods = listMethodsOfStrangers(settings);
  const isKeyless = (method: Method) => findObstacle({ method, known: 'scram', role: 'scram' }) === 'no-keys';
  if (methods.length === 0 || !methods.every(isKeyless)) return;
  const places = new Map<string, Path>();
  for (const [name, entry] of Object.entries(databases)) {
    // Whoever comes to an entry with a `user` goes on as that one.
    if (entry.user !== undefined || (entry.auth_query ?? global['auth_query']) !== undefined) continue;
    if (entry.auth_user !== undefined) places.set(name, ['databases', name, 'auth_user']);
    else if (global['auth_user'] !== undefined) places.set('', ['pgbouncer', 'auth_user']);
  }
  const way =
    pgbouncer.auth_type === 'hba' ? 'by these rules of hba' : `under \`auth_type: ${pgbouncer.auth_type}\``;
  for (const path of places.values())
    found.doubt(
      'lookup-without-keys',
      path,
      `users whom only Postgres knows cannot log in ${way}: PgBouncer finds their SCRAM verifiers, with which it gets in to Postgres only for clients that have logged in by SCRAM themselves`,
      'have them asked by scram-sha-256 or md5, or list them under `users` with a `password`',
    );
}

/** How somebody is asked who is not in the settings; a `reject` lets nobody in anyway. */
function listMethodsOfStrangers({ pgbouncer, users }: Sections): Method[] {
  if (pgbouncer.auth_type !== 'hba') return [pgbouncer.auth_type];
  return listRules(pgbouncer)
    .filter(({ method, user }) => method !== 'reject' && user.some((name) => !Object.hasOwn(users, name)))
    .map(({ method }) => nameMethod(method));
}
