import { explainPassword } from '../credentials/password-rules.ts';
import { looksLikeStoredSecret } from '../credentials/stored-secret.ts';
import { explainUserName } from '../formats/pgbouncer-names.ts';
import type { Place } from '../problems/problem.ts';
import { explainRoleName } from '../settings/rules/role-name.ts';
import { isAtLeast } from '../stack/pgbouncer-version.ts';
import type { Role } from '../stack/stack.ts';
import { type ImportedDatabase, readPairs } from './databases.ts';
import { type EntryKeys, readEntryKeys } from './entry-keys.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry, PoolerConfig, UserLine } from './pooler-config.ts';
import type { Wishes } from './wishes.ts';

export interface ImportedUser {
  readonly name: string;
  /** What userlist.txt holds; undefined for one who has no line in it. */
  readonly secret: string | undefined;
  readonly roles: readonly Role[];
  readonly keys: EntryKeys;
}

/** Everyone whom the file knows: who has a line in userlist.txt, is an admin, or has settings of his own. */
export function readUsersAndRoles(
  { entries, users: lines }: PoolerConfig,
  databases: readonly ImportedDatabase[],
  wishes: Wishes,
  losses: Losses,
): ImportedUser[] {
  const isAsking = asksPostgres(entries, databases);
  const secrets = readSecrets(lines, isAsking, losses);
  const console = { admin: listNames('admin_users', entries), stats: listNames('stats_users', entries) };
  const settings = readUserSettings(entries, wishes, losses);
  const forced = new Set(databases.map(({ keys }) => keys['user']));
  const absent = (name: string, at: Place, key: string, what: string) => {
    if (secrets.has(name) || isAsking || forced.has(name)) return false;
    losses.warn(
      'no-such-user',
      at,
      `${what} ${name} is left out: it has no line in auth_file, so nobody logs in as it`,
      `add the line, or remove it from ${key}`,
    );
    return true;
  };
  const names = new Map<string, Place | undefined>([...secrets.keys()].map((name) => [name, undefined]));
  for (const [role, { names: listed, at }] of Object.entries(console))
    for (const name of listed)
      if (at && !absent(name, at, `${role}_users`, `the ${role} user`)) names.set(name, at);
  for (const [name, { at }] of settings) if (!absent(name, at, '[users]', 'the entry')) names.set(name, at);
  const consoleRoles = (name: string) =>
    (['admin', 'stats'] as const).filter((role) => console[role].names.includes(name));
  // Where only the console's users have a password, they must be who the databases are for.
  const hasApps = [...names.keys()].some((name) => consoleRoles(name).length === 0);
  return [...names].flatMap(([name, at]) => {
    const roles = consoleRoles(name);
    const user: ImportedUser = {
      name,
      secret: secrets.get(name)?.secret,
      roles: roles.length === 0 || !hasApps ? ['app', ...roles] : roles,
      keys: settings.get(name)?.keys ?? {},
    };
    const reason = explainUser(user, wishes);
    if (reason === undefined) return [user];
    const message = `the user ${JSON.stringify(name)} cannot be taken over: ${reason}`;
    losses.lose('auth_file', at ?? secrets.get(name)?.at ?? { file: '' }, message, 'rename it');
    return [];
  });
}

/** Whether users without a line in userlist.txt may have a password in Postgres. */
export function asksPostgres(
  entries: readonly ConfigEntry[],
  databases: readonly ImportedDatabase[],
): boolean {
  const hasGlobal = entries.some(
    ({ section, key, value }) => section === 'pgbouncer' && key === 'auth_user' && value !== '',
  );
  return hasGlobal || databases.some(({ keys }) => keys['auth_user'] !== undefined);
}

function readSecrets(lines: readonly UserLine[], isAsking: boolean, losses: Losses): Map<string, UserLine> {
  const secrets = new Map<string, UserLine>();
  for (const line of lines) {
    const { user, secret, at } = line;
    if (secrets.has(user))
      losses.warn('duplicate', at, `this replaces an earlier line of ${user}`, 'remove the earlier one');
    secrets.set(user, line);
    const unfit = looksLikeStoredSecret(secret) ? undefined : explainPassword(secret);
    if (unfit === undefined) continue;
    secrets.delete(user);
    // Who is listed with nothing is kept out, where Postgres would be asked about one who is not listed.
    if (secret === '' && !isAsking)
      losses.warn(
        'empty-secret',
        at,
        `the user ${user} is left out: with an empty password nobody logs in as it`,
        'give it one',
      );
    else losses.lose('auth_file', at, `the password of ${user} ${unfit}`, 'choose another one');
  }
  return secrets;
}

/** PgBouncer splits the lists at commas and blanks, and knows no quotes in them. */
function listNames(
  key: 'admin_users' | 'stats_users',
  entries: readonly ConfigEntry[],
): { readonly names: readonly string[]; readonly at: Place | undefined } {
  const entry = entries.findLast((candidate) => candidate.section === 'pgbouncer' && candidate.key === key);
  const names = (entry?.value ?? '').split(/[\s,]+/).filter((name) => name !== '');
  return { names: [...new Set(names)], at: entry?.at };
}

function readUserSettings(entries: readonly ConfigEntry[], wishes: Wishes, losses: Losses) {
  const settings = new Map<string, { readonly keys: EntryKeys; readonly at: Place }>();
  for (const entry of entries.filter(({ section }) => section === 'users')) {
    const pairs = readPairs(entry, losses);
    if (pairs === undefined) continue;
    if (settings.has(entry.key))
      losses.warn(
        'duplicate',
        entry.at,
        `this replaces an earlier entry ${entry.key}`,
        'remove the earlier one',
      );
    const keys = readEntryKeys('users', Object.fromEntries(pairs), entry, wishes, losses);
    settings.set(entry.key, { keys, at: entry.at });
  }
  return settings;
}

function explainUser({ name, roles, keys }: ImportedUser, { version }: Wishes): string | undefined {
  const quotedKeys = isAtLeast(version, '1.25');
  const console = roles.some((role) => role !== 'app');
  const inUsersSection = Object.keys(keys).length > 0;
  return (
    explainUserName(name, { quotedKeys, console, inUsersSection }) ??
    (roles.includes('app') ? explainRoleName(name) : undefined)
  );
}
