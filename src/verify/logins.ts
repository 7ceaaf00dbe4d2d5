import { isOpenDatabase, usersByDatabase } from '../stack/access.ts';
import type { Secret } from '../stack/secret.ts';
import type { Stack } from '../stack/stack.ts';

/** The database under whose name PgBouncer offers its admin console. */
export const CONSOLE = 'pgbouncer';

/** One login to try, and what to ask once inside. */
export interface Login {
  readonly user: string;
  readonly password: Secret;
  readonly database: string;
  /** The console knows no SELECT; a pool knows no SHOW VERSION. */
  readonly statement: 'SELECT 1' | 'SHOW VERSION';
}

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
  /** How long one login may take, in whole seconds. */
  readonly seconds: number;
}

/** What to ask of a stack; `wrongPassword` is one that nobody has. */
export function planInquiry(stack: Stack, wrongPassword: Secret, seconds: number): Inquiry {
  const pools = poolLogins(stack);
  const [console, ...others] = consoleLogins(stack);
  const [first] = pools;
  return {
    console,
    logins: [...pools, ...others],
    intruder: first && { ...first, password: wrongPassword },
    trespasser: forbiddenLogin(stack),
    seconds,
  };
}

/** Every login, in the order in which they are tried. */
export function listLogins({ logins, intruder, trespasser }: Inquiry): Login[] {
  return [...logins, intruder, trespasser].filter((login) => login !== undefined);
}

/** The first app user and a database that is not its. Who may connect to a server of others is up to them. */
function forbiddenLogin(stack: Stack): Login | undefined {
  if (stack.postgres.kind === 'external') return undefined;
  const access = usersByDatabase(stack);
  for (const { name: database, dbname } of stack.databases) {
    if (isOpenDatabase(dbname)) continue;
    const user = stack.users.find(({ name, role }) => role === 'app' && !access.get(dbname)?.has(name));
    if (user) return { user: user.name, password: user.password, database, statement: 'SELECT 1' };
  }
  return undefined;
}

/** Every app user into every database of its, in the order of the settings. */
function poolLogins(stack: Stack): Login[] {
  const users = new Map(stack.users.map((user) => [user.name, user]));
  return stack.databases.flatMap((database) =>
    database.users.flatMap((name) => {
      const user = users.get(name);
      return user
        ? [{ user: name, password: user.password, database: database.name, statement: 'SELECT 1' as const }]
        : [];
    }),
  );
}

/** Every user that may enter the console: admins first, because the first one reads all that is shown. */
function consoleLogins(stack: Stack): Login[] {
  const byRole = (role: 'admin' | 'stats') => stack.users.filter((user) => user.role === role);
  return [...byRole('admin'), ...byRole('stats')].map(({ name, password }) => ({
    user: name,
    password,
    database: CONSOLE,
    statement: 'SHOW VERSION',
  }));
}
