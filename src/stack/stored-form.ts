import { findObstacle, type Method, type RoleSecret } from './login-matrix.ts';
import { formatPgbouncerVersion, type PgbouncerVersion } from './pgbouncer-version.ts';
import type { AuthType } from './stack.ts';

/** What the form of a stored password hangs on. */
export interface FormFacts {
  readonly auth_type: AuthType;
  readonly version: PgbouncerVersion;
  /** The roles are those of an adopted project, stored in whatever way. */
  readonly isAdopted: boolean;
  /** How clients may be asked who they are: of `auth_type: hba`, the methods of its rules. */
  readonly methods: readonly Method[];
  /** Those whom PgBouncer logs in as by itself: for auth_query, and for entries with a `user`. */
  readonly byItself: ReadonlySet<string>;
}

/** What the role of a user with a `password` stores. */
export function roleSecretOf(auth_type: AuthType): RoleSecret {
  return auth_type === 'md5' ? 'md5' : 'scram';
}

/**
 * In which form userlist.txt holds the password of a user: hashed as in Postgres, or in the clear where PgBouncer
 * could not log in to Postgres with that.
 */
export function chooseForm(
  { name, isApp }: { readonly name: string; readonly isApp: boolean },
  { auth_type, version, isAdopted, methods, byItself }: FormFacts,
): RoleSecret | 'plain' {
  const role = roleSecretOf(auth_type);
  if (byItself.has(name)) return 'plain';
  if (!isApp) return role;
  if (isAdopted || (role === 'scram' && losesVerifiers(version))) return 'plain';
  const isEnough = methods.every(
    (method) => method === 'any' || findObstacle({ method, known: role, role }) !== 'no-keys',
  );
  return isEnough ? role : 'plain';
}

/**
 * PgBouncer 1.25.1 and 1.25.2 forget a stored verifier once a server connection is made anew
 * (pgbouncer/pgbouncer#1504, fixed in 1.26.0). An image tag that leaves the patch level open counts.
 */
export function losesVerifiers(version: PgbouncerVersion): boolean {
  return ['1.25', '1.25.1', '1.25.2'].includes(formatPgbouncerVersion(version));
}

/** An entry of `[databases]`, as far as it names those whom PgBouncer logs in as by itself. */
interface Entry {
  readonly auth_user?: string | undefined;
  readonly user?: string | undefined;
  /** Whether the entry holds the password of its `user`. */
  readonly hasPassword?: boolean;
}

/** Those whom PgBouncer logs in as with no client whose login would bring what a verifier lacks. */
export function listByItself(entries: readonly Entry[]): ReadonlySet<string> {
  const names = entries.flatMap(({ auth_user, user, hasPassword }) => [
    auth_user,
    hasPassword ? undefined : user,
  ]);
  return new Set(names.filter((name) => name !== undefined));
}
