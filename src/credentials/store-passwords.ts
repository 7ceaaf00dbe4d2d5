import { formatPgbouncerVersion, type PgbouncerVersion } from '../stack/pgbouncer-version.ts';
import type { Stack, User } from '../stack/stack.ts';
import { hashMd5 } from './md5.ts';
import { createScramVerifier, deriveSalt, SCRAM_DEFAULT_ITERATIONS } from './scram.ts';

/** A user's password in the forms that the two servers store. */
export interface StoredPassword {
  /** For userlist.txt. */
  readonly pgbouncer: string;
  /** For the role in Postgres. */
  readonly postgres: string;
}

/** Someone with a password: a user of the pool, or the superuser of the stack's own Postgres. */
type Account = Pick<User, 'name' | 'password'> & Partial<Pick<User, 'roles' | 'secret'>>;

/**
 * Hashes every user's password, and the superuser's, for the stack's auth_type; the same bytes each time for the same settings.
 * Under SCRAM, PgBouncer can log in to the server only with the very verifier that the role has, so both
 * get one verifier, or PgBouncer gets the plain password where its release cannot hold on to a verifier. A secret
 * that is given stays as it is. Who has neither is in no list: PgBouncer asks Postgres about them.
 */
export async function storePasswords(stack: Stack): Promise<ReadonlyMap<string, StoredPassword>> {
  const { postgres } = stack;
  const superuser = postgres.kind === 'own' ? [{ name: postgres.user, password: postgres.password }] : [];
  const accounts: readonly Account[] = [...stack.users, ...superuser];
  const authUsers = listAuthUsers(stack);
  const stored = new Map<string, StoredPassword>();
  // In groups: PBKDF2 runs on the thread pool, and ten thousand promises at once would only queue there.
  for (let start = 0; start < accounts.length; start += 64) {
    const group = accounts.slice(start, start + 64);
    const passwords = await Promise.all(group.map((account) => storePassword(account, stack, authUsers)));
    for (const [index, { name }] of group.entries()) {
      const password = passwords[index];
      if (password) stored.set(name, password);
    }
  }
  return stored;
}

async function storePassword(
  { name, password: known, secret, roles = [] }: Account,
  stack: Stack,
  authUsers: ReadonlySet<string>,
): Promise<StoredPassword | undefined> {
  if (secret !== undefined) return { pgbouncer: secret.reveal(), postgres: secret.reveal() };
  if (known === undefined) return undefined;
  const password = known.reveal();
  // Whatever the role of an adopted project stores, PgBouncer logs in to it with the password itself, so that
  // nothing in its Postgres has to change.
  if (stack.adopted && roles.includes('app')) return { pgbouncer: password, postgres: password };
  const isAuthUser = authUsers.has(name);
  if (stack.pgbouncer.auth_type === 'md5') {
    const hash = hashMd5(name, password);
    return { pgbouncer: isAuthUser ? password : hash, postgres: hash };
  }
  const iterations = SCRAM_DEFAULT_ITERATIONS;
  const salt = await deriveSalt({
    password,
    project: stack.name,
    environment: stack.environment,
    user: name,
    iterations,
  });
  const verifier = await createScramVerifier({ password, salt, iterations });
  // A client's certificate brings PgBouncer nothing to use a verifier with.
  const hasNoKeys = stack.pgbouncer.auth_type === 'cert' || losesVerifiers(stack.pgbouncer.version);
  const isPlainNeeded = isAuthUser || (roles.includes('app') && hasNoKeys);
  return { pgbouncer: isPlainNeeded ? password : verifier, postgres: verifier };
}

/**
 * PgBouncer 1.25.1 and 1.25.2 forget a stored verifier once a server connection is made anew
 * (pgbouncer/pgbouncer#1504, fixed in 1.26.0). An image tag that leaves the patch level open counts.
 */
export function losesVerifiers(version: PgbouncerVersion): boolean {
  return ['1.25', '1.25.1', '1.25.2'].includes(formatPgbouncerVersion(version));
}

/** Those whom PgBouncer logs in as by itself, with no client whose login would bring what a verifier lacks. */
function listAuthUsers({ pgbouncer, databases }: Stack): ReadonlySet<string> {
  const named = [pgbouncer, ...databases].map(({ settings }) => settings.get('auth_user'));
  return new Set(named.filter((name) => name !== undefined));
}
