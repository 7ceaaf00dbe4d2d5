import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appLogin, connect, query } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { ExternalPostgres } from './support/external-postgres.ts';
import { IMAGES } from './support/images.ts';
import { printedCommands } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { psqlLogin } from './support/psql.ts';
import { useProject } from './support/use-project.ts';

const LOOKUP_PASSWORD = 'who-asks-for-all-the-others';
/** What psql has to be told, and not to take for a connection string. */
const ODD_NAME = `it's \\ = "odd"`;
const ODD = `"${ODD_NAME.replaceAll('"', '""')}"`;
const password = (user: string) => `of-${user}`;

/** A stack that asks Postgres about users whom its settings do not list. */
async function askPostgres(project: Project): Promise<void> {
  await project.set({
    users: { lookup: { password: { env: 'LOOKUP_PASSWORD' } } },
    // A pool of its own for each entry.
    pgbouncer: { auth_user: 'lookup', default_pool_size: 5, min_pool_size: 0, reserve_pool_size: 0 },
  });
  const env = await project.read('.env.prod');
  await project.write('.env.prod', `${env}\nLOOKUP_PASSWORD='${LOOKUP_PASSWORD}'\n`, 0o600);
}

const role = (name: string, options = '') =>
  `CREATE ROLE ${name} LOGIN ${options} PASSWORD '${password(name)}'`;

/** Roles of a DBA: one whom the pool is to let in, and those whom it must not. */
const ROLES = [
  role('late'),
  role('expired', "VALID UNTIL '2001-01-01'"),
  role('mighty', 'SUPERUSER'),
  role('copier', 'REPLICATION'),
  `${role('idle')}; ALTER ROLE idle NOLOGIN`,
];

for (const [name, pgbouncer, postgres] of [
  ['1.26', IMAGES.pgbouncer126, IMAGES.postgres18],
  ['1.18', IMAGES.pgbouncer118, IMAGES.postgres17],
] as const) {
  describe(`users whom the Postgres of the stack knows, behind PgBouncer ${name}`, () => {
    const useStack = useProject('lookup', async (project) => {
      await project.init(pgbouncer, postgres, '--auth-type', 'scram-sha-256');
      await askPostgres(project);
      await project.set({ databases: { odd: { dbname: ODD_NAME, users: [`${project.name}_user`] } } });
      await project.ecar(['render', '--env', 'prod']);
      await project.compose(['up', '-d', '--wait']);
    });
    const psql = (project: Project, ...statements: readonly string[]) =>
      project.compose(
        [
          ...['exec', '-T', 'postgres', 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres'],
          ...['-d', `${project.name}_db`, ...statements.flatMap((statement) => ['-c', statement])],
        ],
        {},
      );
    const logIn = (project: Project, user: string) =>
      psqlLogin(project, { user, password: password(user), database: `${project.name}_db` });

    it('must be proved by verify, and by running the SQL again', async () => {
      const project = useStack();
      await project.ecar(['verify', '--env', 'prod', '--wait']);
      await project.compose([
        ...['exec', '-T', 'postgres', 'psql', '-X', '-U', 'postgres', '-d', 'postgres'],
        ...['-f', '/docker-entrypoint-initdb.d/10-ecar-pool.sql'],
      ]);
      await project.ecar(['verify', '--env', 'prod']);
    });

    it('must get in at once, and superusers, replication and expired passwords must not', async () => {
      const project = useStack();
      expect(await logIn(project, 'late')).not.toBe('ok');
      await psql(project, ...ROLES);
      const grant = (user: string) => `GRANT CONNECT ON DATABASE ${project.name}_db TO ${user}`;
      await psql(project, ...['late', 'expired', 'copier', 'idle'].map(grant));
      expect(await logIn(project, 'late')).toBe('ok');
      await psql(project, `GRANT CONNECT ON DATABASE ${ODD} TO late`);
      const odd = { user: 'late', password: password('late'), database: 'odd' };
      expect(await psqlLogin(project, odd)).toBe('ok');
      const others = ['expired', 'mighty', 'copier', 'idle'];
      const answers = await Promise.all(others.map((user) => logIn(project, user)));
      for (const answer of answers)
        expect(answer).toMatch(/FATAL: {2}(?:no such user|SASL authentication failed)/);
      // They exist, and the password is right: it is the pool that keeps them out.
      const direct = await psqlLogin(
        project,
        { user: 'mighty', password: password('mighty'), database: 'postgres' },
        { host: 'postgres', port: 5432 },
      );
      expect(direct).toBe('ok');
    });

    it('must be asked about in a pool of its own, which the budget counts', async () => {
      const project = useStack();
      const { stdout } = await project.ecar(['verify', '--env', 'prod']);
      expect(stdout).toMatch(/^\S+ +lookup /m);
      const { pools } = JSON.parse((await project.ecar(['size', '--env', 'prod', '--json'])).stdout);
      expect(pools).toContainEqual({ database: `${project.name}_db`, user: 'lookup', size: 5, reserve: 0 });
    });

    it('must be asked about by auth_user alone', async () => {
      const project = useStack();
      const ask = 'SELECT usename, passwd FROM ecar_pool.user_lookup(';
      const login = { user: 'late', password: password('late'), database: `${project.name}_db` };
      await expect(query(project, login, `${ask}'late')`)).rejects.toThrow(
        'permission denied for schema ecar_pool',
      );
      const asker = { ...login, user: 'lookup', password: LOOKUP_PASSWORD };
      const [answer] = await query(project, asker, `${ask}'late')`);
      expect(answer?.['passwd']).toMatch(/^SCRAM-SHA-256\$/);
      await expect(
        query(project, asker, 'CREATE FUNCTION ecar_pool.evil() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'),
      ).rejects.toThrow('permission denied');
    });

    it('must have verify fail where Postgres does not answer, and its fix must mend it', async () => {
      const project = useStack();
      await psql(project, 'DROP SCHEMA ecar_pool CASCADE');
      const { stdout } = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
      expect(stdout).toMatch(/auth_query in .*_db — ERROR: schema "ecar_pool" does not exist/);
      expect(stdout).toContain('cause: The auth_query fails');
      const [, fix = ''] = /let auth_user ask it: (docker compose .*?\.sql);/.exec(stdout) ?? [];
      await project.shell(fix);
      await project.ecar(['verify', '--env', 'prod']);
      expect(await logIn(project, 'late')).toBe('ok');
    });

    it('must be out once dropped: for new logins at once, while a session that is open goes on', async () => {
      const project = useStack();
      const client = await connect(project, {
        user: 'late',
        password: password('late'),
        database: `${project.name}_db`,
      });
      try {
        await client.query('SELECT 1');
        await psql(project, `REVOKE ALL ON DATABASE ${project.name}_db, ${ODD} FROM late`, 'DROP ROLE late');
        expect(await logIn(project, 'late')).toMatch(/FATAL: {2}(?:no such user|SASL authentication failed)/);
        expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      } finally {
        await client.end();
      }
    });

    it('must be said not to get further than PgBouncer where it asks for no password, and not to', async () => {
      const project = useStack();
      await psql(project, role('trusted'), `GRANT CONNECT ON DATABASE ${project.name}_db TO trusted`);
      expect(await logIn(project, 'trusted')).toBe('ok');
      await project.set({ pgbouncer: { auth_type: 'trust' } });
      const { stdout } = await project.ecar(['check', '--env', 'prod']);
      expect(stdout).toContain('warning [lookup-without-keys]: users whom only Postgres knows cannot log in');
      await project.ecar(['deploy', '--env', 'prod', '--yes', '--no-backup']);
      expect(await logIn(project, 'trusted')).toContain('wrong password type');
      await project.set({ pgbouncer: { auth_type: 'scram-sha-256' } });
      await project.ecar(['deploy', '--env', 'prod', '--yes', '--no-backup']);
      expect(await logIn(project, 'trusted')).toBe('ok');
    });

    it('must leave their function where nobody asks any more: somebody else may, until it is dropped by hand', async () => {
      const project = useStack();
      const database = `${project.name}_db`;
      const asker = { user: 'lookup', password: LOOKUP_PASSWORD, database };
      const ask = 'SELECT usename FROM ecar_pool.user_lookup(CURRENT_USER)';
      await project.set({
        databases: { [database]: { users: [`${project.name}_user`, 'lookup'] } },
        pgbouncer: { auth_user: undefined },
      });
      await project.ecar(['deploy', '--env', 'prod', '--yes', '--no-backup']);
      expect(await query(project, asker, ask)).toEqual([{ usename: 'lookup' }]);
      await expect(query(project, await appLogin(project), ask)).rejects.toThrow(
        'permission denied for schema',
      );
      await psql(project, 'DROP SCHEMA ecar_pool CASCADE');
      await expect(query(project, asker, ask)).rejects.toThrow('schema "ecar_pool" does not exist');
      await project.ecar(['verify', '--env', 'prod']);
    });
  });
}

describe('users whom a Postgres of others knows', () => {
  let postgres: ExternalPostgres;
  beforeAll(async () => {
    postgres = await ExternalPostgres.start('scram-sha-256');
  });
  afterAll(() => postgres.remove());
  const useStack = useProject('lookupof', async (project) => {
    await project.ecar([
      ...['init', '--yes', '--name', project.name, '--auth-type', 'scram-sha-256'],
      ...['--postgres-host', postgres.name, '--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    await project.set({
      network: { name: postgres.name, external: true },
      pgbouncer: { port: project.port },
    });
    await askPostgres(project);
    await postgres.createByHand(project, 'scram-sha-256');
    await postgres.run('CREATE ROLE lookup LOGIN', ...ROLES);
  });

  it('must get in once the printed SQL has run, which somebody without rights has tried to come before', async () => {
    const project = useStack();
    const database = `${project.name}_db`;
    // The owner of the database may make a schema, and so what is to be asked.
    await postgres.runIn(
      database,
      `SET ROLE ${project.name}_user`,
      'CREATE SCHEMA ecar_pool',
      "CREATE FUNCTION ecar_pool.user_lookup(name text, OUT usename text, OUT passwd text) LANGUAGE sql AS $$ SELECT name, 'mine'::text $$",
      'GRANT USAGE ON SCHEMA ecar_pool TO PUBLIC',
    );
    const [alter = '', up = '', verify = ''] = printedCommands(
      await project.ecar(['render', '--env', 'prod']),
    );
    await postgres.runBeside(project, alter);
    await project.shell(up);
    await eventually(() => project.shell(verify), 10_000);
    const logIn = (user: string, secret = password(user)) =>
      psqlLogin(project, { user, password: secret, database });
    expect(await logIn('late')).toBe('ok');
    for (const user of ['expired', 'mighty', 'copier', 'idle'])
      expect(await logIn(user), user).toMatch(/FATAL/);
    expect(await logIn('mighty', 'mine')).toMatch(/FATAL/);
    await expect(
      postgres.runIn(database, `SET ROLE ${project.name}_user`, 'DROP FUNCTION ecar_pool.user_lookup(text)'),
    ).rejects.toThrow(/must be owner|permission denied/);
  });

  it('must be told of once where the settings drop them, and be out once the printed command has run', async () => {
    const project = useStack();
    const database = `${project.name}_db`;
    const late = { user: 'late', password: password('late'), database };
    const app = `${project.name}_user`;
    await project.write(
      '.env.prod',
      `${await project.read('.env.prod')}LATE_PASSWORD=${late.password}\n`,
      0o600,
    );
    await project.set({
      users: { late: { password: { env: 'LATE_PASSWORD' } } },
      databases: { [database]: { users: [app, 'late'] } },
    });
    await project.ecar(['render', '--env', 'prod']);
    await project.set({ users: { late: undefined }, databases: { [database]: { users: [app] } } });
    const printed = printedCommands(await project.ecar(['render', '--env', 'prod']));
    const lock = printed.find((command) => command.includes('NOLOGIN')) ?? '';
    expect(await psqlLogin(project, late)).toBe('ok');
    const verify = ['verify', '--env', 'prod', '--wait', '--strict'];
    await project.shell(printed.find((command) => command.endsWith('restart pgbouncer')) ?? '');
    expect((await project.ecar(verify)).stdout).toMatch(/^skip {2}dropped users — because .* lets in late,/m);
    expect((await project.ecar(verify)).stdout).not.toContain('dropped users');
    // A first deploy keeps what the commands were run for; from then on there is nothing to do.
    const deploy = ['deploy', '--env', 'prod', '--yes', '--no-backup'];
    await project.ecar(deploy);
    expect((await project.ecar(deploy)).stdout).toContain('nothing to do');
    expect(await psqlLogin(project, late)).toBe('ok');
    await postgres.runBeside(project, lock);
    expect(await psqlLogin(project, late)).toMatch(/FATAL/);
  });

  it('must be left where they are by a deploy that drops them from the settings, which is idle after that', async () => {
    const project = useStack();
    const database = `${project.name}_db`;
    const app = `${project.name}_user`;
    await postgres.run('ALTER ROLE late LOGIN');
    const deploy = ['deploy', '--env', 'prod', '--yes', '--no-backup'];
    await project.set({
      users: { late: { password: { env: 'LATE_PASSWORD' } } },
      databases: { [database]: { users: [app, 'late'] } },
    });
    await project.ecar(deploy);
    await project.set({ users: { late: undefined }, databases: { [database]: { users: [app] } } });
    const dropping = await project.ecar(deploy);
    expect(dropping.stdout + dropping.stderr).toContain('ALTER ROLE "late" NOLOGIN');
    expect(await psqlLogin(project, { user: 'late', password: password('late'), database })).toBe('ok');
    expect((await project.ecar(['verify', '--env', 'prod', '--strict'])).stdout).not.toContain(
      'dropped users',
    );
    expect((await project.ecar(deploy)).stdout).toContain('nothing to do');
  });
});
