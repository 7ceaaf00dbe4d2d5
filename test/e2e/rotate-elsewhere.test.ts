import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appLogin, query } from './support/database.ts';
import { deploy, plannedKinds, rollback } from './support/deploy.ts';
import { ExternalPostgres } from './support/external-postgres.ts';
import { IMAGES } from './support/images.ts';
import { psqlLogin } from './support/psql.ts';
import { rotate } from './support/rotate.ts';
import { useProject } from './support/use-project.ts';

const NEXT = 'of-the-next-one';

describe('a rotation before a Postgres that someone else runs', () => {
  let postgres: ExternalPostgres;
  beforeAll(async () => {
    postgres = await ExternalPostgres.start();
  });
  afterAll(() => postgres.remove());
  const useStack = useProject('rotext', async (project) => {
    await project.ecar([
      ...['init', '--yes', '--name', project.name, '--auth-type', 'scram-sha-256'],
      ...['--postgres-host', postgres.name, '--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    await project.set({
      network: { name: postgres.name, external: true },
      pgbouncer: { port: project.port },
    });
    await postgres.createByHand(project, 'scram-sha-256');
    await project.ecar(['render', '--env', 'prod']);
    await postgres.runBeside(
      project,
      `psql -X -h ${postgres.name} -U postgres -f stack/prod/postgres/alter-roles.sql`,
    );
    await deploy(project);
  });

  it('must need no superuser of it', async () => {
    const project = useStack();
    const old = await appLogin(project);
    const outcome = await rotate(project, { args: ['--password-stdin'], input: NEXT });
    expect(plannedKinds(outcome)).toEqual(['secret', 'write', 'switch', 'verify']);
    const server = { host: postgres.name, port: 5432 };
    for (const at of [undefined, server]) {
      expect(await psqlLogin(project, { ...old, password: NEXT }, at)).toBe('ok');
      expect(await psqlLogin(project, old, at)).toMatch(/authentication failed/);
    }
  });

  it('must put the old password back where Postgres does not take the new one', async () => {
    const project = useStack();
    const login = { ...(await appLogin(project)), password: NEXT };
    const before = await project.read('.env.prod');
    await postgres.run(`ALTER ROLE ${login.user} SET default_transaction_read_only = on`);
    const { stdout, stderr } = await rotate(project, { code: 3 });
    expect(stderr).toContain('session is read-only');
    expect(stdout).toMatch(/^rolled back: prod works/m);
    expect(await project.read('.env.prod')).toBe(before);
    expect(await psqlLogin(project, login)).toBe('ok');
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });
});

const compose = (name: string) => `name: ${name}
services:
  db:
    image: ${IMAGES.postgres17}
    environment: { POSTGRES_USER: boss, POSTGRES_PASSWORD: of-the-boss, POSTGRES_DB: shop, OTHER: "\${DB_PASSWORD}" }
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1"], interval: 1s, retries: 60 }
  web:
    image: ${IMAGES.postgres17}
    entrypoint: ["sh", "-c", "while psql -X $$DATABASE_URL -c SELECT\\\\ 1; do sleep 0.1; done"]
    environment: { DATABASE_URL: "postgres://shop:\${DB_PASSWORD}@db:5432/shop" }
    stop_grace_period: 0s
    restart: always
    depends_on: { db: { condition: service_healthy } }
  sidekiq:
    image: ${IMAGES.postgres17}
    entrypoint: ["sleep", "infinity"]
    env_file: [sidekiq.env]
    stop_grace_period: 0s
  api:
    image: ${IMAGES.postgres17}
    entrypoint: ["sleep", "infinity"]
    env_file: [api.env]
    stop_grace_period: 0s
  audit:
    image: ${IMAGES.postgres17}
    entrypoint: ["true"]
    environment: { AUDIT_PASSWORD: of-the-shop }
`;
const SIDEKIQ = 'DB_HOST=db\nDB_USER=shop\nDB_NAME=shop\n';

describe('a rotation in an adopted project', () => {
  const useStack = useProject('rotado', async (project) => {
    await project.write('docker-compose.yml', compose(project.name));
    await project.write('.env', '# ours\nDB_PASSWORD=of-the-shop # kept\n', 0o600);
    await project.write('sidekiq.env', `${SIDEKIQ}DB_PASSWORD=of-the-shop\n`, 0o600);
    await project.write('api.env', 'DATABASE_URL=postgres://shop:of-the-shop@db:5432/shop\n', 0o600);
    await project.run('docker', ['compose', 'up', '-d', '--wait', 'db']);
    const psql = ['exec', '-T', 'db', 'psql', '-X', '-U', 'boss', '-d', 'shop'];
    await project.run('docker', ['compose', ...psql, '-c', "CREATE ROLE shop LOGIN PASSWORD 'of-the-shop'"]);
    await project.ecar([
      ...['init', '--from', 'docker-compose.yml', '--port', String(project.port)],
      ...['--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    await deploy(project);
  });

  it('must refuse to lock out a service that has the old one written out, and touch nothing', async () => {
    const project = useStack();
    const before = await project.read('.env');
    const { stdout, stderr } = await rotate(project, { user: 'shop', code: 2 });
    expect(stderr).toContain(
      'these would be locked out, since they have the password of shop written out: sidekiq (DB_PASSWORD in sidekiq.env)',
    );
    expect(stderr).toContain(`fix: have them take it from \${DB_PASSWORD}, deploy, then rotate`);
    expect(stdout + stderr).not.toContain('of-the-shop');
    expect(await project.read('.env')).toBe(before);
    await project.ecar(['verify']);
    // As the fix says.
    await project.write('sidekiq.env', `${SIDEKIQ}DB_PASSWORD=\${DB_PASSWORD}\n`, 0o600);
    await deploy(project);
  });

  it('must give the services the new password, refuse none, and name what keeps the old one', async () => {
    const project = useStack();
    const outcome = await rotate(project, { user: 'shop', args: ['--password-stdin'], input: NEXT });
    const kinds = ['secret', 'write', 'stop', 'switch', 'logins', 'recreate', 'verify'];
    expect(plannedKinds(outcome)).toEqual([...kinds, 'note', 'note', 'note']);
    expect(await project.read('.env')).toMatch(`DB_PASSWORD=${NEXT}`);
    const login = { user: 'shop', password: NEXT, database: 'shop' };
    expect(await query(project, login, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    const format = '{{.RestartCount}} {{.State.Status}}';
    const { stdout } = await project.docker(['inspect', '--format', format, `${project.name}-web-1`]);
    expect(stdout.trim()).toBe('0 running');
    const notes = outcome.stdout.split('\n').filter((line) => line.startsWith('  note '));
    expect(notes.map((line) => line.slice(12))).toEqual([
      'audit has the old password written out (AUDIT_PASSWORD): where it logs in as shop, Postgres refuses it from then on',
      'api has the old password without the overlay (DATABASE_URL in api.env): change it there before you go back to your own files alone',
      'db takes DB_PASSWORD in .env, too: made anew not now, but by the next plain `docker compose up`',
    ]);
    expect(outcome.stdout).toMatch(/^kept as \S+$/m);
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });

  it('must refuse to go back to a set that has the old password, before any client notices', async () => {
    const project = useStack();
    const { stdout, stderr } = await rollback(project, [], { code: 2 });
    expect(stderr).toContain('Postgres itself refuses shop in shop with DB_PASSWORD in .env');
    expect(stderr).toContain('nothing was changed, and all runs on as it did');
    expect(stdout + stderr).not.toContain('of-the-shop');
    const login = { user: 'shop', password: NEXT, database: 'shop' };
    expect(await query(project, login, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });
});
