import type { Stack, User } from '../stack/stack.ts';
import { chooseForm, type FormFacts, listByItself, roleSecretOf } from '../stack/stored-form.ts';
import { hashMd5 } from './md5.ts';
import { createScramVerifier, deriveSalt, SCRAM_DEFAULT_ITERATIONS } from './scram.ts';
import { looksLikeStoredSecret } from './stored-secret.ts';

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
 * get one verifier, or PgBouncer gets the plain password where a verifier does not do (chooseForm). A secret
 * that is given stays as it is. Who has neither is in no list: PgBouncer asks Postgres about them.
 */
export async function storePasswords(stack: Stack): Promise<ReadonlyMap<string, StoredPassword>> {
  const { postgres } = stack;
  const superuser = postgres.kind === 'own' ? [{ name: postgres.user, password: postgres.password }] : [];
  const accounts: readonly Account[] = [...stack.users, ...superuser];
  const facts = formFacts(stack);
  const stored = new Map<string, StoredPassword>();
  // In groups: PBKDF2 runs on the thread pool, and ten thousand promises at once would only queue there.
  for (let start = 0; start < accounts.length; start += 64) {
    const group = accounts.slice(start, start + 64);
    const passwords = await Promise.all(group.map((account) => storePassword(account, stack, facts)));
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
  facts: FormFacts,
): Promise<StoredPassword | undefined> {
  const given = secret?.reveal();
  if (given !== undefined && looksLikeStoredSecret(given)) return { pgbouncer: given, postgres: given };
  if (known === undefined) return undefined;
  const password = known.reveal();
  const hash = await hashPassword(name, password, stack);
  if (given !== undefined) return { pgbouncer: given, postgres: hash };
  const form = chooseForm({ name, isApp: roles.includes('app') }, facts);
  return { pgbouncer: form === 'plain' ? password : hash, postgres: hash };
}

async function hashPassword(user: string, password: string, stack: Stack): Promise<string> {
  if (roleSecretOf(stack.pgbouncer.auth_type) === 'md5') return hashMd5(user, password);
  const iterations = SCRAM_DEFAULT_ITERATIONS;
  const { name: project, environment } = stack;
  const salt = await deriveSalt({ password, project, environment, user, iterations });
  return createScramVerifier({ password, salt, iterations });
}

function formFacts({ pgbouncer, databases, adopted }: Stack): FormFacts {
  const { auth_type, methods, version, settings } = pgbouncer;
  const entries = databases.map(({ settings: own, password }) => ({
    auth_user: own.get('auth_user'),
    user: own.get('user'),
    hasPassword: password !== undefined,
  }));
  return {
    auth_type,
    version,
    isAdopted: adopted !== undefined,
    methods,
    byItself: listByItself([{ auth_user: settings.get('auth_user') }, ...entries]),
  };
}
