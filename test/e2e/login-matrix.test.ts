import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashMd5 } from '../../src/credentials/md5.ts';
import { createScramVerifier } from '../../src/credentials/scram.ts';
import { writeUserlist } from '../../src/formats/userlist.ts';
import {
  type ClientLogin,
  findAuthUserObstacle,
  findConsoleObstacle,
  findObstacle,
  type Known,
  type Method,
  type RoleSecret,
} from '../../src/stack/login-matrix.ts';
import { ExternalPostgres } from './support/external-postgres.ts';
import { IMAGES } from './support/images.ts';
import { run } from './support/run.ts';

/*
 * The table of src/stack/login-matrix.ts, cell by cell: each has users of its own, since PgBouncer keeps what a login
 * has taught it. One Postgres has the roles of both kinds; one PgBouncer for each way of asking clients has them all.
 */

const METHODS = [
  'md5',
  'scram-sha-256',
  'plain',
  'trust',
  'any',
  'peer',
  'reject',
] as const satisfies Method[];
const KNOWN = ['plain', 'md5', 'scram', 'foreign-scram', 'none'] as const satisfies Known[];
const ROLES = ['md5', 'scram'] as const satisfies RoleSecret[];
const SCRIPT = readFileSync(join(import.meta.dirname, 'support', 'probe-logins.sh'), 'utf8');

/** Someone whom PgBouncer knows in one way, and whose role Postgres stores in one way. */
interface Person {
  readonly name: string;
  readonly known: Known;
  readonly role: RoleSecret;
}

const personOf = (part: string, known: Known, role: RoleSecret): Person => ({
  name: `${part}_${known.replace('-', '_')}_${role}`,
  known,
  role,
});
const allOf = (part: string) => KNOWN.flatMap((known) => ROLES.map((role) => personOf(part, known, role)));

const CLIENTS = allOf('client');
/** Entries that name them have their password in userlist.txt, or in themselves. */
const FORCED = allOf('forced').filter(({ known }) => known !== 'none');
const ASKERS = allOf('asker');
const CONSOLE = allOf('console').filter(({ role }) => role === 'scram');
/** In no list: auth_query finds what Postgres stores. */
const FOUND = ROLES.map((role) => personOf('found', role, role));
const UNKNOWN = personOf('nobody', 'none', 'scram');
const passwordOf = ({ name }: Person) => `of ${name}`;

interface Cell {
  readonly title: string;
  readonly person: Person;
  readonly database: string;
  readonly isLetIn: boolean;
}

/** Every cell of one way of asking, with what the table says of it. */
function cellsOf(method: Method): Cell[] {
  const isLetIn = (person: Person, forced?: ClientLogin['forced'], role = person.role) =>
    findObstacle({ method, known: person.known, forced, role }) === undefined;
  const plain = personOf('client', 'plain', 'scram');
  // Whom auth_query finds and nothing else keeps out, so that it hangs on the asker.
  const found = method === 'any' ? undefined : FOUND.find((person) => isLetIn(person));
  return [
    ...CLIENTS.map((person) => ({
      title: `client: ${person.known} here, ${person.role} there`,
      person,
      database: 'main',
      isLetIn: isLetIn(person),
    })),
    ...FOUND.map((person) => ({
      title: `client: found by auth_query, ${person.role} there`,
      person,
      database: 'asked',
      isLetIn: isLetIn(person),
    })),
    ...FORCED.flatMap(({ name, known, role }) =>
      (['userlist', 'entry'] as const).map((from) => ({
        title: `forced: ${known} in the ${from}, ${role} there`,
        person: plain,
        database: `${from}_${name}`,
        isLetIn: isLetIn(plain, { known, from }, role),
      })),
    ),
    // Who is checked no further than that is no other than a listed one.
    ...CLIENTS.filter(({ role }) => role === 'scram').map((person) => ({
      title: `client: ${person.known}, goes on as another one`,
      person,
      database: 'entry_forced_plain_scram',
      isLetIn: isLetIn(person, { known: 'plain', from: 'entry' }),
    })),
    ...(found === undefined
      ? []
      : ASKERS.map(({ name, known, role }) => ({
          title: `auth_user: ${known} here, ${role} there`,
          person: found,
          database: `asked_by_${name}`,
          isLetIn: findAuthUserObstacle(known, role) === undefined,
        }))),
    ...[...CONSOLE, UNKNOWN].map((person) => ({
      title: `console: ${person.known}${person === UNKNOWN ? ', no admin' : ''}`,
      person,
      database: 'pgbouncer',
      isLetIn: findConsoleObstacle(method, person.known) === undefined,
    })),
  ];
}

let server: ExternalPostgres;
let folder: string;
const secrets = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecar-pool-e2e-matrix-'));
  server = await ExternalPostgres.start('md5');
  const people = [...CLIENTS, ...FORCED, ...ASKERS, ...CONSOLE, ...FOUND];
  for (const role of ROLES)
    await server.run(
      `SET password_encryption = '${role === 'md5' ? 'md5' : 'scram-sha-256'}'`,
      ...people
        .filter((person) => person.role === role)
        .map((person) => `CREATE ROLE "${person.name}" LOGIN PASSWORD '${passwordOf(person)}'`),
    );
  await server.run(
    `CREATE FUNCTION lookup(name text) RETURNS TABLE (u text, p text) LANGUAGE sql SECURITY DEFINER
     AS 'SELECT rolname::text, rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1'`,
  );
  const table = await server.runIn(
    'postgres',
    "SELECT rolname || '|' || rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL",
  );
  const stored = new Map(table.split('\n').map((line) => line.split('|') as [string, string]));
  for (const person of people) {
    const secret = await secretOf(person, stored);
    if (secret !== undefined) secrets.set(person.name, secret);
  }
}, 120_000);
afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

async function secretOf(person: Person, stored: ReadonlyMap<string, string>): Promise<string | undefined> {
  const password = passwordOf(person);
  if (person.known === 'none') return undefined;
  if (person.known === 'plain') return password;
  if (person.known === 'md5') return hashMd5(person.name, password);
  // Of a role that is stored as md5 there is none: then one of the same password.
  if (person.known === 'scram' && person.role === 'scram') return stored.get(person.name);
  return createScramVerifier({ password, salt: Buffer.alloc(16, 'salt'), iterations: 4096 });
}

/** The ini; with rules, a method is that of their one line. */
function configOf(method: Method, way: 'auth_type' | 'hba'): string {
  const to = (...words: string[]) => `host=${server.name} dbname=postgres ${words.join(' ')}`;
  const quoted = (name: string) => `'${secrets.get(name)?.replaceAll("'", "''")}'`;
  return [
    '[databases]',
    `main = ${to()}`,
    `asked = ${to('auth_user=client_plain_md5')}`,
    ...FORCED.map(({ name }) => `userlist_${name} = ${to(`user=${name}`)}`),
    ...FORCED.map(({ name }) => `entry_${name} = ${to(`user=${name}`, `password=${quoted(name)}`)}`),
    ...ASKERS.map(({ name }) => `asked_by_${name} = ${to(`auth_user=${name}`)}`),
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    'unix_socket_dir =',
    'auth_file = /probe/userlist.txt',
    'auth_query = SELECT u, p FROM lookup($1)',
    `admin_users = ${CONSOLE.map(({ name }) => name).join(', ')}`,
    ...(way === 'hba' ? ['auth_type = hba', 'auth_hba_file = /probe/hba.conf'] : [`auth_type = ${method}`]),
    'query_wait_timeout = 6',
  ].join('\n');
}

async function boot(image: string, method: Method, way: 'auth_type' | 'hba', cells: readonly Cell[]) {
  const files = await mkdtemp(join(folder, `${way}-`));
  await mkdir(files, { recursive: true });
  const users = [...secrets].map(([user, secret]) => ({ user, secret }));
  const listed = users.filter(({ user }) => !user.startsWith('found_'));
  await writeFile(join(files, 'pgbouncer.ini'), `${configOf(method, way)}\n`);
  await writeFile(join(files, 'userlist.txt'), writeUserlist(listed, []));
  const name = method === 'plain' ? 'password' : method;
  await writeFile(join(files, 'hba.conf'), `host all all 127.0.0.1/32 ${name}\n`);
  await run('chmod', ['-R', 'a+rX', folder], { cwd: folder });
  const input = cells.map(({ person, database }) => `${person.name}\t${passwordOf(person)}\t${database}\n`);
  const flags = ['--label', 'ecar-pool-e2e=matrix', '--network', server.name, '-v', `${files}:/probe:ro`];
  const { stdout, stderr } = await run(
    'docker',
    ['run', '--rm', '-i', ...flags, '--entrypoint', 'sh', image, '-c', SCRIPT],
    { cwd: folder, input: input.join(''), timeoutMs: 110_000 },
  );
  const answers = stdout.split('\n').slice(0, -1);
  if (answers.length !== cells.length)
    throw new Error(`${cells.length} logins were tried, ${answers.length} answers came:\n${stdout}${stderr}`);
  return answers.map((answer) => answer.split('\t'));
}

/** Every way of asking, as auth_type and as a rule, where PgBouncer has both. */
const BOOTS = METHODS.flatMap((method) => {
  const isOfRules = method === 'peer' || method === 'reject';
  const ways = method === 'any' ? (['auth_type'] as const) : (['auth_type', 'hba'] as const);
  return ways.filter((way) => way === 'hba' || !isOfRules).map((way) => [method, way] as const);
});

describe.each(
  Object.entries({ '1.26': IMAGES.pgbouncer126, '1.24': IMAGES.pgbouncer124, '1.18': IMAGES.pgbouncer118 }),
)('PgBouncer %s', (_, image) => {
  it.each(BOOTS)('must let in by %s as %s whom the table lets in, and nobody else', async (method, way) => {
    const cells = cellsOf(method);
    const answers = await boot(image, method, way, cells);
    const happened = cells.map(({ title }, index) => {
      const [code, said] = answers[index] ?? [];
      return `${title}: ${code === '0' ? 'in' : 'out'}${code === '0' ? '' : ` (${said})`}`;
    });
    const expected = cells.map(({ title, isLetIn }, index) =>
      isLetIn ? `${title}: in` : `${title}: out (${answers[index]?.[1]})`,
    );
    expect(happened).toEqual(expected);
  });
});
