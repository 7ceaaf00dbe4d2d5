import { alterRoleSql } from '../credentials/alter-role.ts';
import { quoteIdentifier, quoteLiteral } from '../formats/sql.ts';
import type { PlannedFile } from '../plan/file-plan.ts';
import { askersByDatabase, isOpenDatabase, usersByDatabase } from '../stack/access.ts';
import { serverTls } from '../stack/server-tls.ts';
import type { OwnPostgres, Stack } from '../stack/stack.ts';
import { lookupSql } from './lookup-sql.ts';
import { markLines, type Rendering } from './rendering.ts';

/** Where the image looks for what to run on an empty data folder, and where `init.sql` therefore lies. */
export const INIT_FOLDER = '/docker-entrypoint-initdb.d';
export const INIT_FILE = '10-ecar-pool.sql';

/** In the output folder: the SQL for a Postgres that someone else runs. */
export const ALTER_FILE = 'postgres/alter-roles.sql';

/** Otherwise psql goes on after an error, and ends with 0. */
const STOP_ON_ERROR = '\\set ON_ERROR_STOP on';

/**
 * The SQL that makes Postgres fit the pool: all of it for our own server, the passwords for someone else's. The roles
 * behind an adopted project work already, and stay as they are.
 */
export function writeRoleSql(rendering: Rendering): readonly PlannedFile[] {
  const { postgres, adopted } = rendering.stack;
  if (adopted) return [];
  return postgres.kind === 'own' ? [writeInitSql(postgres, rendering)] : writeAlterRoles(rendering);
}

/**
 * Roles and databases of the Postgres that the stack runs. The image runs it once, on an empty data folder;
 * it may be run again at any time to bring a running server in line.
 */
function writeInitSql({ user: superuser }: OwnPostgres, rendering: Rendering): PlannedFile {
  const { stack } = rendering;
  const roles = appUsers(stack).map((name) =>
    [createRole(name), allowLogin(name), ...setPassword(rendering, name)].join('\n'),
  );
  const askers = askersByDatabase(stack);
  const databases = [...usersByDatabase(stack)].map(([dbname, listed]) => {
    const create = createDatabase(dbname, [...listed]);
    if (isOpenDatabase(dbname)) return create;
    return `${create}\n${limitAccess(dbname, [...listed], [...(askers.get(dbname) ?? [])])}`;
  });
  const comment = commentLines(rendering, 'Safe to run again: what exists stays, passwords are set anew.');
  const text = `${comment}${STOP_ON_ERROR}\n\n${[...setPassword(rendering, superuser), ...roles, ...databases, ...shutOthersOut(stack), ...lookupSql(stack)].join('\n\n')}\n`;
  return { path: `postgres/initdb.d/${INIT_FILE}`, mode: 0o644, text };
}

/** Nothing where every role has what userlist.txt was given for it. */
function writeAlterRoles(rendering: Rendering): readonly PlannedFile[] {
  const { stack } = rendering;
  const hashed = stack.users.filter(({ roles, secret }) => roles.includes('app') && secret === undefined);
  const statements = hashed.flatMap(({ name }) => setPassword(rendering, name));
  const lookups = lookupSql(stack);
  if (statements.length + lookups.length === 0) return [];
  const { host, port } = stack.postgres;
  const { sslmode, sslrootcert } = serverTls(stack, '../pgbouncer');
  const ca = sslrootcert && ` sslrootcert=${sslrootcert}`;
  const tls = sslmode && ` -d 'sslmode=${sslmode}${ca}'`;
  const comment = commentLines(
    rendering,
    'PgBouncer logs in to Postgres with what userlist.txt stores, so each role must store the same.',
    `Run once as a superuser: psql -X -h ${host} -p ${port} -U postgres${tls} -f alter-roles.sql`,
  );
  return [
    {
      path: ALTER_FILE,
      mode: 0o600,
      text: `${comment}${[STOP_ON_ERROR, statements.join('\n'), ...lookups].filter(Boolean).join('\n\n')}\n`,
    },
  ];
}

/** The superuser's, too: the image reads its variable at the first boot only. Nothing for one whom Postgres alone knows. */
function setPassword({ stored }: Rendering, name: string): string[] {
  const password = stored.get(name);
  return password === undefined ? [] : [alterRoleSql(name, password.postgres)];
}

function appUsers({ users }: Stack): string[] {
  return users.filter(({ roles }) => roles.includes('app')).map(({ name }) => name);
}

function createRole(name: string): string {
  return unlessFound(
    `CREATE ROLE ${quoteIdentifier(name)}`,
    `pg_roles WHERE rolname = ${quoteLiteral(name)}`,
  );
}

/** Also for a user that was dropped before, when its role lost this. */
function allowLogin(name: string): string {
  return `ALTER ROLE ${quoteIdentifier(name)} LOGIN;`;
}

function createDatabase(dbname: string, [owner = '']: readonly string[]): string {
  const create = `CREATE DATABASE ${quoteIdentifier(dbname)} OWNER ${quoteIdentifier(owner)}`;
  return unlessFound(create, `pg_database WHERE datname = ${quoteLiteral(dbname)}`);
}

/** Lets the users of a database connect, and not everyone, as Postgres does until told otherwise. */
function limitAccess(dbname: string, users: readonly string[], askers: readonly string[]): string {
  const database = quoteIdentifier(dbname);
  const others = askers.filter((name) => !users.includes(name));
  return [
    `GRANT ALL ON DATABASE ${database} TO ${users.map(quoteIdentifier).join(', ')};`,
    ...others.map((name) => `GRANT CONNECT ON DATABASE ${database} TO ${quoteIdentifier(name)};`),
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC;`,
  ].join('\n');
}

/**
 * Takes from the application's users what databases gave them that list them no more; roles that the settings
 * do not know keep what they have. After all grants, so that nobody is shut out in between. What the others
 * still have open is closed, because PgBouncer would lend it to them again. By tables, because a statement for
 * each pair of database and user would be a hundred million of them for ten thousand of each.
 */
function shutOthersOut(stack: Stack): string[] {
  const users = appUsers(stack);
  const askers = askersByDatabase(stack);
  const access = [...usersByDatabase(stack)]
    .filter(([dbname]) => !isOpenDatabase(dbname))
    .map(([dbname, listed]) => [dbname, new Set([...listed, ...(askers.get(dbname) ?? [])])] as const);
  if (access.every(([, listed]) => listed.size === users.length)) return [];
  const pairs = access.flatMap(([dbname, listed]) => [...listed].map((user) => [dbname, user] as const));
  const isOther = (database: string, user: string) =>
    [
      `${database} IN (SELECT datname FROM ecar_pool_access)`,
      `${user} IN (SELECT usename FROM ecar_pool_users)`,
      `(${database}, ${user}) NOT IN (SELECT datname, usename FROM ecar_pool_access)`,
    ].join(' AND ');
  return [
    [
      `CREATE TEMPORARY TABLE ecar_pool_users (usename) AS VALUES ${users.map((name) => `(${quoteLiteral(name)})`).join(', ')};`,
      `CREATE TEMPORARY TABLE ecar_pool_access (datname, usename) AS VALUES ${pairs.map((pair) => `(${pair.map(quoteLiteral).join(', ')})`).join(', ')};`,
      `SELECT DISTINCT format('REVOKE ALL ON DATABASE %I FROM %I', datname, rolname) FROM pg_database, aclexplode(datacl), pg_roles WHERE pg_roles.oid = grantee AND ${isOther('datname', 'rolname')} \\gexec`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${isOther('datname', 'usename')};`,
    ].join('\n'),
  ];
}

/** Postgres has no CREATE … IF NOT EXISTS for roles and databases; psql's \gexec runs what a query returns. */
function unlessFound(statement: string, from: string): string {
  return `SELECT ${quoteLiteral(statement)} WHERE NOT EXISTS (SELECT FROM ${from}) \\gexec`;
}

function commentLines(rendering: Rendering, ...about: readonly string[]): string {
  return `${markLines(rendering, ...about)
    .map((line) => `-- ${line}\n`)
    .join('')}\n`;
}
