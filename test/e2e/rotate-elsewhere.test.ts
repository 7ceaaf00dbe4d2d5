import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appLogin, query } from './support/database.ts';
import { deploy, plannedKinds } from './support/deploy.ts';
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
    environment: { POSTGRES_USER: boss, POSTGRES_PASSWORD: of-the-boss, POSTGRES_DB: shop }
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1"], interval: 1s, retries: 60 }
  web:
    image: ${IMAGES.postgres17}
    entrypoint: ["sh", "-c", "while psql -X $$DATABASE_URL -c SELECT\\\\ 1; do sleep 0.1; done"]
    environment: { DATABASE_URL: "postgres://shop:\${DB_PASSWORD}@db:5432/shop" }
    stop_grace_period: 0s
    restart: always
    depends_on: { db: { condition: service_healthy } }
`;

describe('a rotation in an adopted project', () => {
  const useStack = useProject('rotado', async (project) => {
    await project.write('docker-compose.yml', compose(project.name));
    await project.write('.env', '# ours\nDB_PASSWORD=of-the-shop # kept\n', 0o600);
    await project.run('docker', ['compose', 'up', '-d', '--wait', 'db']);
    const psql = ['exec', '-T', 'db', 'psql', '-X', '-U', 'boss', '-d', 'shop'];
    await project.run('docker', ['compose', ...psql, '-c', "CREATE ROLE shop LOGIN PASSWORD 'of-the-shop'"]);
    await project.ecar([
      ...['init', '--from', 'docker-compose.yml', '--port', String(project.port)],
      ...['--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    await deploy(project);
  });

  it('must give the services the new password, and refuse none', async () => {
    const project = useStack();
    const outcome = await rotate(project, { user: 'shop', args: ['--password-stdin'], input: NEXT });
    expect(plannedKinds(outcome)).toEqual(['secret', 'write', 'stop', 'switch', 'recreate', 'verify']);
    expect(await project.read('.env')).toMatch(`DB_PASSWORD=${NEXT}`);
    const login = { user: 'shop', password: NEXT, database: 'shop' };
    expect(await query(project, login, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    const format = '{{.RestartCount}} {{.State.Status}}';
    const { stdout } = await project.docker(['inspect', '--format', format, `${project.name}-web-1`]);
    expect(stdout.trim()).toBe('0 running');
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });
});
