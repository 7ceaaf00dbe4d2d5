import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatCommand } from '../formats/shell.ts';
import { composeCommand } from '../plan/commands.ts';
import type { NextStep } from '../plan/next-step.ts';
import { listAsked } from '../stack/access.ts';
import { identityFor, requiresTls } from '../stack/client-tls.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import { isAtLeast } from '../stack/pgbouncer-version.ts';
import { Secret } from '../stack/secret.ts';
import { serverTls } from '../stack/server-tls.ts';
import type { Database, Stack, User } from '../stack/stack.ts';
import { onEntry } from '../verify/console-command.ts';
import { explainLack } from '../verify/logins.ts';
import { stateFolder } from './state.ts';
import { SWITCH_SCRIPT } from './switch-script.ts';

/** For so many entries, a psql each is kept open for a moment; where there are more, those come first. */
const MAX_HELD = 64;

/** That a login which was under way is over by the last one: each takes some ten milliseconds. */
const RELOADS = 10;

/** How often userlist.txt is made anew meanwhile, in milliseconds: a reload reads no file that is the same one. */
const ANEW_MS = 40;

/** One password, of PgBouncer and of Postgres, that another one takes the place of. */
export interface PasswordSwitch {
  readonly user: string;
  readonly from: string;
  readonly to: string;
  /** Store the new one for the role, without saying it: what a server takes whose password_encryption is this. */
  readonly statements: { readonly md5: string; readonly scram: string };
}

/**
 * Gives a role another password at Postgres and in PgBouncer, which has the new userlist.txt before it. Nobody waits,
 * and nobody is refused but those who log in with the old one from then on: between the two, PgBouncer's own logins to
 * Postgres may fail, and its clients are told of that only where a pool has no server connection at all, so each
 * pool of the user is kept from that.
 */
export function switchStep(
  { user, from, to, statements }: PasswordSwitch,
  stack: Stack,
  project: ComposeProject,
): NextStep {
  const admin = adminOf(stack, user);
  const [server] = serversOf(stack, user);
  const tls = serverTls(stack);
  const held = [...new Set(waysOf(stack, user).map(({ name }) => name))].slice(0, MAX_HELD);
  const values = {
    port: String(stack.pgbouncer.port),
    admin: admin?.name ?? '',
    admin_password: admin?.name === user ? from : (admin?.password?.reveal() ?? ''),
    admin_next: admin?.name === user ? to : '',
    server_host: server?.host ?? '',
    server_port: String(server?.port ?? ''),
    server_database: server?.database ?? '',
    server_sslmode: tls.sslmode,
    server_sslrootcert: tls.sslrootcert,
    server_sslcert: tls.sslcert,
    server_sslkey: tls.sslkey,
    rotated: user,
    old: from,
    new: to,
    store_md5: statements.md5,
    store_scram: statements.scram,
    reconnect: held.map((name) => `${onEntry('RECONNECT', name)};`).join('\n'),
    patience: String(patienceFor(stack, user)),
    again: String(mixesKeys(stack) ? RELOADS : 0),
    sslmode: requiresTls(stack) ? 'require' : '',
    ...identityValues('admin', admin, stack),
    ...identityValues(
      'rotated',
      stack.users.find(({ name }) => name === user),
      stack,
    ),
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${formatCommand([value])}\n`);
  const input = `${lines.join('')}set -- ${formatCommand(held)}\n${SWITCH_SCRIPT}`;
  return {
    kind: 'switch',
    // The very shell that runs it knows what it reads, and nobody else.
    command: composeCommand(project, 'exec', '-T', 'pgbouncer', 'timeout', '60', 'sh', '-c', 'eval "$(cat)"'),
    input: new Secret(input, 'ecar-pool'),
    why: `have Postgres and PgBouncer change over to the new password of ${user}`,
    causes: [`the password of ${user}`],
  };
}

/** What somebody shows PgBouncer where it asks for a certificate; empty where it asks for none. */
function identityValues(who: string, user: User | undefined, stack: Stack): Readonly<Record<string, string>> {
  const identity = user && identityFor(user, stack);
  return {
    [`${who}_cert`]: identity?.sslcert ?? '',
    [`${who}_key`]: identity?.sslkey.reveal() ?? '',
  };
}

/**
 * Since 1.25 PgBouncer keeps the keys of a verifier (pgbouncer/pgbouncer#1338), and a login that was under way with the
 * old one at a RELOAD puts a key of its own among those of the new one: who logs in then is told `incorrect server
 * signature`, until userlist.txt is read anew. Seen with 1.26.1, not with 1.24.1, nor of a password in the clear
 * (test/e2e/scram-keys.test.ts).
 */
function mixesKeys({ pgbouncer }: Stack): boolean {
  return pgbouncer.auth_type !== 'md5' && isAtLeast(pgbouncer.version, '1.25');
}

/**
 * Puts the very same userlist.txt in its place again and again while a task runs, so that each RELOAD reads it.
 * @param folder the output folder, absolute
 */
export async function withFreshUserlist<Value>(folder: string, task: () => Promise<Value>): Promise<Value> {
  const [path, staged] = [join(folder, 'pgbouncer/userlist.txt'), join(stateFolder(folder), 'userlist.txt')];
  let isOver = false;
  const work = (async () => {
    while (!isOver) {
      await copyFile(path, staged);
      await rename(staged, path);
      await sleep(ANEW_MS);
    }
  })().catch(() => {});
  return task().finally(async () => {
    isOver = true;
    await work;
    await rm(staged, { force: true });
  });
}

/** The user who may have PgBouncer read its files; another one than the one whose password changes, where there is one. */
export function adminOf(stack: Stack, user: string): User | undefined {
  const admins = stack.users.filter(
    (each) => each.roles.includes('admin') && explainLack(each, stack) === undefined,
  );
  return admins.find(({ name }) => name !== user) ?? admins[0];
}

/** A way of PgBouncer's to Postgres as a user. */
interface Way {
  readonly entry: Database;
  /** The database that a client names who is led there. */
  readonly name: string;
  /** The database on the server. */
  readonly dbname: string;
}

/** Through the entries that the user is listed in or forced by, and those in which it asks about others. */
function waysOf(stack: Stack, user: string): readonly Way[] {
  const { databases } = stack;
  const names = new Set(databases.map(({ name }) => name));
  // Through the fallback entry, a database without an entry of its own.
  const other = [stack.client.database, 'postgres'].find((name) => !names.has(name));
  const nameOf = (name: string) => (name === '*' ? (other ?? stack.client.database) : name);
  const listed = databases
    .filter(({ users, settings }) =>
      settings.has('user') ? settings.get('user') === user : users.includes(user),
    )
    .map((entry) => ({ entry, name: entry.name, dbname: entry.dbname }));
  return [...listed, ...listAsked(stack).filter(({ asker }) => asker === user)].map(
    ({ entry, name, dbname = '*' }) => ({
      entry,
      name: nameOf(name),
      dbname: dbname === '*' ? nameOf(dbname) : dbname,
    }),
  );
}

/**
 * For how long to wait for a login of PgBouncer's own, in seconds: it begins none for server_login_retry after one that
 * failed. Where a pool has one connection only, which is held, there is nothing to wait for, and nothing has failed.
 */
function patienceFor(stack: Stack, name: string): number {
  const { settings } = stack.pgbouncer;
  const user = stack.users.find((each) => each.name === name)?.settings;
  const sizes = waysOf(stack, name).flatMap(({ entry }) => [
    user?.get('pool_size') ?? entry.settings.get('pool_size') ?? settings.get('default_pool_size') ?? '20',
    entry.settings.get('max_db_connections') ?? settings.get('max_db_connections') ?? '0',
    user?.get('max_user_connections') ?? settings.get('max_user_connections') ?? '0',
  ]);
  if (sizes.includes('1')) return 1;
  return Math.min(20, Math.ceil(Number(settings.get('server_login_retry') ?? '15')) + 3);
}

/** The servers on which a user has a role, each with a database to log in to. */
export function serversOf(
  stack: Stack,
  user: string,
): readonly { readonly host: string; readonly port: number; readonly database: string }[] {
  const isFallback = ({ entry }: Way) => Number(entry.dbname === '*');
  const servers = new Map(
    // One with a name of its own is preferred: the fallback entry tells of no database.
    waysOf(stack, user)
      .toSorted((a, b) => isFallback(b) - isFallback(a))
      .map(({ entry: { host, port }, dbname }) => [`${host} ${port}`, { host, port, database: dbname }]),
  );
  return [...servers.values()];
}
