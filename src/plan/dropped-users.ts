import { quoteIdentifier } from '../formats/sql.ts';
import type { Change } from './change.ts';
import type { FilePlan } from './file-plan.ts';

/**
 * The users that a changed userlist.txt drops and whom a reload would still let in: under scram-sha-256,
 * PgBouncer keeps the verifier of whoever has logged in since it started (seen with 1.26.1). Under md5
 * it looks into the list each time.
 */
export function listRememberedUsers(changes: readonly Change[]): string[] {
  const { before, after } = textsOf(changes, isUserlist);
  // Everyone of a list under SCRAM but the applications of PgBouncer 1.25 has a verifier there.
  if (!/^"(?:[^"]|"")*" "SCRAM-SHA-256\$/m.test(before)) return [];
  const kept = new Set(userNames(after));
  return userNames(before).filter((name) => !kept.has(name));
}

/** The roles of the stack's own Postgres that no user of the settings has any more: those may still log in to it. */
export function listDroppedRoles(changes: readonly Change[]): string[] {
  const { before, after } = textsOf(changes, isRoleSql);
  return userNames(textsOf(changes, isUserlist).before).filter(
    (name) => isRoleOf(before, name) && after !== '' && !isRoleOf(after, name),
  );
}

/**
 * The users that userlist.txt drops, before a Postgres of others: where PgBouncer asks that about users (auth_query), it
 * finds the roles of those whom it does not know any more.
 */
export function listForgottenUsers(changes: readonly Change[]): string[] {
  const { before, after } = textsOf(changes, isUserlist);
  if (after === '') return [];
  const kept = new Set(userNames(after));
  return userNames(before).filter((name) => !kept.has(name));
}

/** Whether the userlist.txt of a set lists a user. */
export function hasUser(plan: FilePlan, name: string): boolean {
  const list = plan.find(({ path }) => isUserlist(path))?.text ?? '';
  return userNames(list).includes(name);
}

/** Whether the SQL of a set has a role log in to the stack's own Postgres; before another one, whether it lists the user. */
export function hasRole(plan: FilePlan, name: string): boolean {
  const sql = plan.find(({ path }) => isRoleSql(path));
  return sql === undefined ? hasUser(plan, name) : isRoleOf(sql.text, name);
}

const isRoleSql = (path: string) => path.startsWith('postgres/initdb.d/');

const isRoleOf = (sql: string, name: string) => sql.includes(`\nALTER ROLE ${quoteIdentifier(name)} LOGIN;`);

const isUserlist = (path: string) => path === 'pgbouncer/userlist.txt';

function textsOf(changes: readonly Change[], test: (path: string) => boolean) {
  const change = changes.find(({ path }) => test(path));
  return { before: change?.before ?? '', after: change?.after?.text ?? '' };
}

/** Read leniently: someone may have edited the list, and what is broken in it is for `verify` to tell. */
function userNames(userlist: string): string[] {
  const lines = userlist.matchAll(/^"((?:[^"]|"")*)" /gm);
  return [...lines].map(([, name = '']) => name.replaceAll('""', '"'));
}
