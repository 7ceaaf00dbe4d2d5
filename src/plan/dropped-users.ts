import { quoteIdentifier } from '../formats/sql.ts';
import type { Change } from './change.ts';
import type { FilePlan } from './file-plan.ts';

/**
 * The users of a changed userlist.txt of whom PgBouncer would remember too much after a reload. Under scram-sha-256 it
 * keeps the verifier of whoever has logged in since it started, and lets in those who are dropped (seen with 1.26.1);
 * under md5 it looks into the list each time. And it goes on by the keys of a verifier that a password in the clear
 * takes the place of (update_global_user_passwd in src/objects.c), which Postgres refuses once the password is another.
 */
export function listRememberedUsers(changes: readonly Change[]): string[] {
  const { before, after } = textsOf(changes, isUserlist);
  const was = readSecrets(before);
  // Everyone of a list under SCRAM but the applications of PgBouncer 1.25 has a verifier there.
  if (![...was.values()].some(isVerifier)) return [];
  const is = readSecrets(after);
  return [...was].flatMap(([name, secret]) => {
    const now = is.get(name);
    return now === undefined || (isVerifier(secret) && isPlain(now)) ? [name] : [];
  });
}

/** The roles of the stack's own Postgres that no user of the settings has any more: those may still log in to it. */
export function listDroppedRoles(changes: readonly Change[]): string[] {
  const { before, after } = textsOf(changes, isRoleSql);
  return [...readSecrets(textsOf(changes, isUserlist).before).keys()].filter(
    (name) => isRoleOf(before, name) && after !== '' && !isRoleOf(after, name),
  );
}

/** Whether the userlist.txt of a set lists a user, and not in the clear. */
export function hasHash(plan: FilePlan, name: string): boolean {
  const secret = secretsOf(plan).get(name);
  return secret !== undefined && !isPlain(secret);
}

/**
 * The users that userlist.txt drops, before a Postgres of others: where PgBouncer asks that about users (auth_query), it
 * finds the roles of those whom it does not know any more.
 */
export function listForgottenUsers(changes: readonly Change[]): string[] {
  const { before, after } = textsOf(changes, isUserlist);
  if (after === '') return [];
  const kept = readSecrets(after);
  return [...readSecrets(before).keys()].filter((name) => !kept.has(name));
}

/** Whether the SQL of a set has a role log in to the stack's own Postgres; before another one, whether it lists the user. */
export function hasRole(plan: FilePlan, name: string): boolean {
  const sql = plan.find(({ path }) => isRoleSql(path));
  return sql === undefined ? secretsOf(plan).has(name) : isRoleOf(sql.text, name);
}

const isRoleSql = (path: string) => path.startsWith('postgres/initdb.d/');

const isRoleOf = (sql: string, name: string) => sql.includes(`\nALTER ROLE ${quoteIdentifier(name)} LOGIN;`);

const isUserlist = (path: string) => path === 'pgbouncer/userlist.txt';

function textsOf(changes: readonly Change[], test: (path: string) => boolean) {
  const change = changes.find(({ path }) => test(path));
  return { before: change?.before ?? '', after: change?.after?.text ?? '' };
}

const isVerifier = (secret: string) => secret.startsWith('SCRAM-SHA-256$');

const isPlain = (secret: string) => !isVerifier(secret) && !/^md5[0-9a-f]{32}$/.test(secret);

/** By user. Read leniently: someone may have edited the list, and what is broken in it is for `verify` to tell. */
function secretsOf(plan: FilePlan): ReadonlyMap<string, string> {
  return readSecrets(plan.find(({ path }) => isUserlist(path))?.text ?? '');
}

function readSecrets(userlist: string): ReadonlyMap<string, string> {
  const lines = userlist.matchAll(/^"((?:[^"\n]|"")*)" "((?:[^"\n]|"")*)/gm);
  return new Map([...lines].map(([, name = '', secret = '']) => [name.replaceAll('""', '"'), secret]));
}
