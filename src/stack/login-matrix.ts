/**
 * How PgBouncer has a client prove who it is: its auth_type, or the method of the line of its HBA rules that fits,
 * where `plain` is called `password`.
 */
export type Method = 'md5' | 'scram-sha-256' | 'plain' | 'trust' | 'any' | 'cert' | 'peer' | 'reject';

/**
 * What PgBouncer knows of a user's password, from userlist.txt, an entry's `password` or auth_query: the password
 * itself, the hash or the verifier of it; `foreign-scram` is a verifier of it that is not the one of the role, since
 * salt or iterations differ; `none` where it finds no such user.
 */
export type Known = 'plain' | 'md5' | 'scram' | 'foreign-scram' | 'none';

/** What Postgres stores of a role's password, and therefore asks for where its pg_hba.conf says `md5`. */
export type RoleSecret = 'md5' | 'scram';

/** What keeps somebody out, and who says so. */
export type Obstacle =
  | 'no-user'
  | 'md5-under-scram'
  | 'no-forced-user'
  | 'rejected'
  | 'peer-over-tcp'
  | 'no-password'
  | 'unread-list'
  | 'md5-for-scram'
  | 'scram-for-md5'
  | 'no-keys'
  | 'foreign-verifier';

/** Let in; let in with the keys of the client's SCRAM login, by which PgBouncer can log in to Postgres; or not. */
type AtPgbouncer = 'in' | 'keys' | Obstacle;

const EVERYBODY = { plain: 'in', md5: 'in', scram: 'in', 'foreign-scram': 'in' } as const;

/**
 * What PgBouncer does with a client. Tried with 1.18, 1.24 and 1.26, cell by cell, in test/e2e/login-matrix.test.ts.
 * Under md5 a SCRAM verifier makes it ask for SCRAM (auth_type in PgBouncer's manual).
 */
const CLIENTS: Readonly<Record<Method, Readonly<Record<Known, AtPgbouncer>>>> = {
  md5: { plain: 'in', md5: 'in', scram: 'keys', 'foreign-scram': 'keys', none: 'no-user' },
  'scram-sha-256': {
    ...{ plain: 'in', md5: 'md5-under-scram', scram: 'keys', 'foreign-scram': 'keys' },
    none: 'no-user',
  },
  plain: { ...EVERYBODY, none: 'no-user' },
  trust: { ...EVERYBODY, none: 'no-user' },
  // It asks nobody who they are, and goes on as the entry's user; it does not even read userlist.txt.
  any: { ...EVERYBODY, none: 'in' },
  cert: { ...EVERYBODY, none: 'no-user' },
  peer: allKnown('peer-over-tcp'),
  reject: allKnown('rejected'),
};

/** What Postgres does with PgBouncer, by what PgBouncer knows and what the role has. */
const SERVERS: Readonly<Record<Known, Readonly<Record<RoleSecret, 'in' | Obstacle>>>> = {
  plain: { md5: 'in', scram: 'in' },
  md5: { md5: 'in', scram: 'md5-for-scram' },
  // With the keys of a client; without them see below.
  scram: { md5: 'scram-for-md5', scram: 'in' },
  'foreign-scram': { md5: 'scram-for-md5', scram: 'foreign-verifier' },
  none: { md5: 'no-password', scram: 'no-password' },
};

/** One who comes, and the way on to Postgres. */
export interface ClientLogin {
  readonly method: Method;
  readonly known: Known;
  /** What PgBouncer knows of the entry's own `user`, where it has one, and from where. */
  readonly forced?: { readonly known: Known; readonly from: 'entry' | 'userlist' } | undefined;
  /** Of the role that PgBouncer logs in as; undefined where only the server knows. */
  readonly role: RoleSecret | undefined;
}

/** What keeps a client out of a database behind the pool; undefined where nothing does. */
export function findObstacle({ method, known, forced, role }: ClientLogin): Obstacle | undefined {
  if (method === 'any' && forced === undefined) return 'no-forced-user';
  const verdict = CLIENTS[method][known];
  if (verdict !== 'in' && verdict !== 'keys') return verdict;
  if (forced === undefined) return findServerObstacle(known, role, verdict === 'keys');
  if (method === 'any' && forced.from === 'userlist') return 'unread-list';
  return findServerObstacle(forced.known, role, false);
}

/** What keeps a user out of the console, which no Postgres has a say in. */
export function findConsoleObstacle(method: Method, known: Known): Obstacle | undefined {
  const verdict = CLIENTS[method][known];
  return verdict === 'in' || verdict === 'keys' ? undefined : verdict;
}

/** What keeps PgBouncer from asking auth_query as auth_user: it logs in with no client's keys. */
export function findAuthUserObstacle(known: Known, role: RoleSecret | undefined): Obstacle | undefined {
  return findServerObstacle(known, role, false);
}

/** Where nobody knows what the role has, what fails for either kind. */
function findServerObstacle(
  known: Known,
  role: RoleSecret | undefined,
  hasKeys: boolean,
): Obstacle | undefined {
  const verdicts = (role === undefined ? (['scram', 'md5'] as const) : [role]).map((kind) => {
    const verdict = SERVERS[known][kind];
    const isVerifier = known === 'scram' || known === 'foreign-scram';
    return isVerifier && kind === 'scram' && !hasKeys ? 'no-keys' : verdict;
  });
  if (verdicts.includes('in')) return undefined;
  return verdicts.find((verdict) => verdict !== 'in');
}

/** Why it is so, to follow the name of the user, and what to do. */
export const OBSTACLES: Readonly<Record<Obstacle, { readonly reason: string; readonly fix: string }>> = {
  'no-user': {
    reason: 'is unknown to PgBouncer',
    fix: 'give it a `password`, or name an `auth_user` who asks Postgres about it',
  },
  'md5-under-scram': {
    reason: 'has an md5 hash, by which PgBouncer cannot check a SCRAM login',
    fix: 'let the secret be the password or a SCRAM verifier, or use md5 in place of scram-sha-256, which lets both kinds in',
  },
  'no-forced-user': {
    reason:
      'is asked for no name under `auth_type: any`, and the entry says not as whom PgBouncer is to log in',
    fix: 'add `user: NAME` to the entry, or use another auth_type',
  },
  rejected: {
    reason: 'is turned away by a rule with the method reject',
    fix: 'put a rule that lets it in before that one',
  },
  'peer-over-tcp': {
    reason: 'comes over TCP, where peer lets nobody in',
    fix: 'use scram-sha-256 or md5',
  },
  'no-password': {
    reason: 'has no password that PgBouncer could log in to Postgres with',
    fix: 'give it a `password`',
  },
  'unread-list': {
    reason: 'has its password in userlist.txt only, which PgBouncer does not read under `auth_type: any`',
    fix: 'add `password: { env: … }` below the `user` of the entry',
  },
  'md5-for-scram': {
    reason: 'has an md5 hash, with which PgBouncer cannot log in to a role whose password is stored as SCRAM',
    fix: 'let the secret be the password, or the verifier of the role',
  },
  'scram-for-md5': {
    reason:
      'has a SCRAM verifier, with which PgBouncer cannot log in to a role whose password is stored as md5',
    fix: 'let the secret be the password, or the md5 hash',
  },
  'no-keys': {
    reason:
      'has a SCRAM verifier, with which PgBouncer logs in to Postgres only for a client that has logged in by SCRAM itself, as the same user',
    fix: 'let the secret be the password in the clear',
  },
  'foreign-verifier': {
    reason: 'has a SCRAM verifier that is not the one that Postgres stores',
    fix: 'take the verifier from pg_authid, or let the secret be the password',
  },
};

function allKnown(obstacle: Obstacle): Readonly<Record<Known, Obstacle>> {
  return { plain: obstacle, md5: obstacle, scram: obstacle, 'foreign-scram': obstacle, none: obstacle };
}
