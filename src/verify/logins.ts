import { askersByDatabase, isOpenDatabase, ownEntries, usersByDatabase } from '../stack/access.ts';
import { identityFor, requiresCertificate, requiresTls } from '../stack/client-tls.ts';
import { Secret } from '../stack/secret.ts';
import { type ServerTls, serverTls, verifiesServer } from '../stack/server-tls.ts';
import type { Database, Identity, Role, Stack, User } from '../stack/stack.ts';
import { planLookups, planRoleQuestions, type Question } from './questions.ts';

/** The database under whose name PgBouncer offers its admin console. */
export const CONSOLE = 'pgbouncer';

/** One login to try, and what to ask once inside. */
export interface Login {
  readonly user: string;
  readonly password: Secret;
  readonly database: string;
  /** The console knows no SELECT; a pool knows no SHOW VERSION. */
  readonly statement: string;
  /** What is shown PgBouncer; undefined where it asks for no certificate. */
  readonly identity: Identity | undefined;
  /** The database on the server to try the role at; undefined for the console, and where the login must fail. */
  readonly behind: string | undefined;
}

/**
 * Postgres answers a 1, and for how many seconds the server connection has been open that brought it: rounded up, and
 * 0 where it was opened for this very login. One that is a second old may be from before a change of password.
 * Asked of the function behind the view pg_stat_activity, since some take the view from their users.
 */
const ASK_POSTGRES =
  'SELECT 1, ceil(extract(epoch FROM clock_timestamp() - backend_start) - 0.2) FROM pg_stat_get_activity(pg_backend_pid())';

/** What PgBouncer is asked in one go. */
export interface Inquiry {
  /** Who reads the console; undefined where the settings have nobody for it. */
  readonly console: Login | undefined;
  /** Everyone else who should get in: the app users, then the other users of the console. */
  readonly logins: readonly Login[];
  /** One that must be refused; undefined where there is no app user to try it with. */
  readonly intruder: Login | undefined;
  /** One into a database of others, which must be refused; undefined where there is none to try. */
  readonly trespasser: Login | undefined;
  /** The questions of auth_query, each about the user who asks it. */
  readonly lookups: readonly Question[];
  /** Which of the roles that are to be kept out are not. */
  readonly roles: readonly Question[];
  /** How long one login may take, in whole seconds. */
  readonly seconds: number;
  /** For how many seconds to try a login again that PgBouncer refuses with an error that it keeps. */
  readonly patience: number;
  /** Where Postgres is, seen from PgBouncer, how it is asked for TLS, and how a client must be let in there. */
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly tls: ServerTls;
    /** libpq's require_auth; empty for any. */
    readonly requireAuth: string;
  };
  /** libpq's sslmode to PgBouncer; empty for its own. */
  readonly sslmode: 'require' | '';
}

/** What to ask of a stack; `wrongPassword` is one that nobody has, and `dropped` are roles that are to be kept out. */
export function planInquiry(
  stack: Stack,
  wrongPassword: Secret,
  seconds: number,
  dropped: readonly string[] = [],
): Inquiry {
  const pools = poolLogins(stack);
  const [console, ...others] = consoleLogins(stack);
  const isByCertificate = stack.pgbouncer.auth_type === 'cert';
  const [first] = pools;
  const patience = choosePatience(stack, seconds);
  return {
    console,
    logins: [...pools, ...others],
    intruder: isByCertificate ? impostor(stack, first) : first && { ...first, password: wrongPassword },
    sslmode: requiresTls(stack) ? 'require' : '',
    trespasser: forbiddenLogin(stack),
    lookups: planLookups(stack),
    roles: planRoleQuestions(stack, dropped),
    // Other clients are not told the error, but wait as long.
    seconds: Math.max(seconds, patience + 1),
    patience,
    server: {
      host: stack.postgres.host,
      port: stack.postgres.port,
      tls: serverTls(stack),
      requireAuth: chooseAuth(stack),
    },
  };
}

/**
 * An md5 hash answers nothing else. A verifier leaves the choice: PgBouncer has it, psql has the password, which only a
 * server that is known to be the one may have in the clear.
 */
function chooseAuth(stack: Stack): string {
  if (stack.pgbouncer.auth_type === 'md5') return 'md5,none';
  return verifiesServer(stack) ? '' : 'scram-sha-256,md5,none';
}

/** Every login, in the order in which they are tried. */
export function listLogins({ logins, intruder, trespasser }: Inquiry): Login[] {
  return [...logins, intruder, trespasser].filter((login) => login !== undefined);
}

/** By a certificate: somebody else who shows that of the first app user. */
function impostor({ users }: Stack, first: Login | undefined): Login | undefined {
  const other = users.find(({ name }) => name !== first?.user);
  return first && other && { ...first, user: other.name };
}

/**
 * How a user logs in; undefined where the settings do not know what with. Under `auth_type: cert` that is a certificate,
 * and the password is for Postgres.
 */
function means(
  user: User | undefined,
  stack: Stack,
): Pick<Login, 'user' | 'password' | 'identity'> | undefined {
  if (user === undefined) return undefined;
  const identity = identityFor(user, stack);
  if (requiresCertificate(stack) && identity === undefined) return undefined;
  const password = stack.pgbouncer.auth_type === 'cert' ? NO_PASSWORD : user.password;
  return password && { user: user.name, password, identity };
}

const NO_PASSWORD = new Secret('', 'none is asked for');

/** What the settings lack for a login as a user, to read on from `because`; undefined where they lack nothing. */
export function explainLack(user: User, stack: Stack): string | undefined {
  if (means(user, stack) !== undefined) return undefined;
  return requiresCertificate(stack) && identityFor(user, stack) === undefined
    ? 'PgBouncer asks for a certificate, and the settings have none to show (sslcert and sslkey of the user)'
    : 'the settings do not know the password';
}

/** The first app user and a database that is not its. Who may connect to a server of others is up to them. */
function forbiddenLogin(stack: Stack): Login | undefined {
  if (stack.postgres.kind !== 'own') return undefined;
  const access = usersByDatabase(stack);
  const askers = askersByDatabase(stack);
  for (const { name: database, dbname } of stack.databases) {
    if (isOpenDatabase(dbname)) continue;
    const user = stack.users.find(
      (one) =>
        one.roles.includes('app') &&
        means(one, stack) &&
        !access.get(dbname)?.has(one.name) &&
        !askers.get(dbname)?.has(one.name),
    );
    const found = means(user, stack);
    if (found)
      return {
        ...found,
        database,
        statement: ASK_POSTGRES,
        behind: undefined,
      };
  }
  return undefined;
}

/**
 * After a failed login to Postgres, PgBouncer answers with that error, 1.18 with none, until server_login_retry is over,
 * and once more while it tries anew (check_fast_fail in src/client.c). No patience where that takes too long.
 */
function choosePatience({ pgbouncer }: Stack, seconds: number): number {
  const retry = Number(pgbouncer.settings.get('server_login_retry') ?? '15');
  const patience = Math.ceil(retry) + 1;
  return patience <= 3 * seconds ? patience : 0;
}

/** Every app user into every database of its, in the order of the settings. */
function poolLogins(stack: Stack): Login[] {
  const users = new Map(stack.users.map((user) => [user.name, user]));
  const databases = new Set(stack.databases.map(({ name }) => name));
  const own = new Set(ownEntries(stack));
  return stack.databases.flatMap((database) =>
    database.users.flatMap((name) => {
      const found = means(users.get(name), stack);
      // Through the fallback entry, the database that every server has.
      const asked = database.name === '*' ? stack.client.database : database.name;
      if (found === undefined || (database.name === '*' && databases.has(asked))) return [];
      return [
        {
          ...found,
          database: asked,
          statement: ASK_POSTGRES,
          behind: own.has(database) && found.password !== NO_PASSWORD ? behind(database) : undefined,
        },
      ];
    }),
  );
}

/** Where the client itself is who logs in to the stack's server; psql could not tell more of any other one. */
function behind({ dbname, settings }: Database): string | undefined {
  return dbname !== '*' && !settings.has('user') ? dbname : undefined;
}

/** Every user that may enter the console: admins first, because the first one reads all that is shown. */
function consoleLogins(stack: Stack): Login[] {
  const byRole = (role: Role) => stack.users.filter(({ roles }) => roles.includes(role));
  return [...new Set([...byRole('admin'), ...byRole('stats')])].flatMap((user) => {
    const found = means(user, stack);
    return found ? [{ ...found, database: CONSOLE, statement: 'SHOW VERSION', behind: undefined }] : [];
  });
}
