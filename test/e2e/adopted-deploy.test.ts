import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { deploy, plannedKinds, rollback } from './support/deploy.ts';
import { IMAGES } from './support/images.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const loop = (text: string) => `["sh", "-c", "while true; do ${text}; sleep 0.2; done"]`;
const compose = (name: string) => `name: ${name}
services:
  db:
    image: ${IMAGES.postgres17}
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: "\${DB_PASSWORD}", POSTGRES_DB: shop }
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1"], interval: 1s, retries: 60 }
    depends_on: [prepare]
  prepare:
    image: ${IMAGES.postgres17}
    entrypoint: ["true"]
  seed:
    image: ${IMAGES.postgres17}
    entrypoint: ["psql", "-X", "postgres://shop:\${DB_PASSWORD}@db:5432/shop", "-c", "SELECT 'seed'"]
    depends_on: { db: { condition: service_healthy } }
  web:
    image: ${IMAGES.postgres17}
    entrypoint: ${loop('psql -X $$DATABASE_URL -c SELECT\\\\ 1')}
    environment: { DATABASE_URL: "postgres://shop:\${DB_PASSWORD}@db:5432/shop" }
    stop_grace_period: 0s
    depends_on: { db: { condition: service_healthy } }
  queue:
    image: ${IMAGES.postgres17}
    profiles: [jobs]
    entrypoint: ${loop('psql -X $$DATABASE_URL -c SELECT\\ 2')}
    environment: { DATABASE_URL: "postgres://shop:\${DB_PASSWORD}@db:5432/shop" }
    stop_grace_period: 0s
  spare:
    image: ${IMAGES.postgres17}
    entrypoint: ${loop('psql -X $$DATABASE_URL -c SELECT\\ 3')}
    environment: { DATABASE_URL: "postgres://shop:\${DB_PASSWORD}@db:5432/shop" }
    deploy: { replicas: 0 }
  job:
    image: ${IMAGES.postgres17}
    entrypoint: ["psql", "-X", "postgres://shop:of-the-shop@db:5432/shop", "-c", "SELECT 'job'"]
    restart: "no"
    environment: { DATABASE_URL: "postgres://shop:\${DB_PASSWORD}@db:5432/shop" }
    depends_on: { db: { condition: service_healthy } }
`;

/** The container of a service: its id, its state, and the host that its DATABASE_URL names. */
async function look(project: Project, service: string) {
  const format = '{{.Id}} {{.State.Status}} {{range .Config.Env}}{{println .}}{{end}}';
  const { stdout } = await project.docker(['inspect', '--format', format, `${project.name}-${service}-1`]);
  const [id, state] = stdout.split(' ');
  return { id, state, host: /\bDATABASE_URL=.*@([\w.]+):/.exec(stdout)?.[1] };
}

/** When the container of a service was started last. */
async function startOf(project: Project, service: string): Promise<string> {
  const format = ['inspect', '--format', '{{.State.StartedAt}}'];
  return (await project.docker([...format, `${project.name}-${service}-1`])).stdout;
}

/** What runs, since when, and the files from which it does. */
async function everything(project: Project) {
  const names = ['pgbouncer', '-db-1', '-web-1'].map(
    (name) => `${project.name}${name === 'pgbouncer' ? '_pgbouncer' : name}`,
  );
  const { stdout } = await project.docker(['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', ...names]);
  const files = await Promise.all(
    [
      'docker-compose.pgbouncer.yml',
      'pgbouncer/pgbouncer/pgbouncer.ini',
      'pgbouncer/pgbouncer/userlist.txt',
    ].map((path) => project.read(path)),
  );
  return { containers: stdout, files };
}

/** Another port for PgBouncer, wherever the settings name it. */
async function movePort(project: Project, port: number) {
  const settings = await project.read('ecar-pool.yaml');
  const [, old] = /^ {2}port: (\d+)$/m.exec(settings.slice(settings.indexOf('\npgbouncer:'))) ?? [];
  await project.write('ecar-pool.yaml', settings.replace(new RegExp(`\\b${old}\\b`, 'g'), String(port)));
}

describe('a first deploy on a project that runs, with services that have done their work', () => {
  const useStack = useProject('adeploy', async (project) => {
    await project.write('docker-compose.yml', compose(project.name));
    await project.write('.env', 'DB_PASSWORD=of-the-shop\n', 0o600);
    await project.run('docker', ['compose', 'up', '-d']);
    await project.ecar([
      ...['init', '--from', 'docker-compose.yml', '--port', String(project.port)],
      ...['--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
  });

  it('must leave the services as they were where the port is taken, and say so', async () => {
    const project = useStack();
    const before = await Promise.all(['db', 'web'].map((service) => look(project, service)));
    expect(before[1]).toMatchObject({ state: 'running', host: 'db' });
    const server = createServer();
    await once(server.listen(project.port, '127.0.0.1'), 'listening');
    const { stdout, stderr } = await deploy(project, [], { code: 3 });
    server.close();
    expect(stderr).toContain('The port is taken on this machine');
    expect(stdout).toContain('your services run as they did, without the pool');
    expect(await Promise.all(['db', 'web'].map((service) => look(project, service)))).toEqual(before);
  });

  it('must touch no service where a password does not get through, first time or not', async () => {
    const project = useStack();
    const before = await Promise.all(['db', 'web'].map((service) => look(project, service)));
    await project.write('.env', 'DB_PASSWORD=not-the-servers\n', 0o600);
    for (const _ of ['first', 'again']) {
      const { stdout, stderr } = await deploy(project, [], { code: 1 });
      expect(stderr).toMatch(/^FAIL .*prove that the passwords get through/m);
      expect(stderr).toMatch(/^FAIL {2}login shop to shop/m);
      expect(stderr).not.toContain('not-the-servers');
      expect(stdout).toContain('your services run as they did, without the pool');
      expect(await Promise.all(['db', 'web'].map((service) => look(project, service)))).toEqual(before);
    }
    await project.write('.env', 'DB_PASSWORD=of-the-shop\n', 0o600);
  });

  it('must go on from there by itself, on another port, and make no Postgres anew', async () => {
    const project = useStack();
    const { id } = await look(project, 'db');
    // What `up` over all of the project would make anew.
    await project.write('docker-compose.yml', compose(project.name).replace('retries: 60', 'retries: 61'));
    await movePort(project, await freePort());
    const outcome = await deploy(project);
    expect(plannedKinds(outcome)).toContain('recreate');
    expect(outcome.stdout).toMatch(/^prod works/m);
    expect(await look(project, 'db')).toMatchObject({ id, state: 'running' });
    expect(await look(project, 'web')).toMatchObject({ state: 'running', host: 'pgbouncer' });
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });

  it('must leave alone what a profile keeps out, and take along what runs of it', async () => {
    const project = useStack();
    await expect(look(project, 'queue')).rejects.toThrow(/no such/i);
    await project.run('docker', ['compose', '--profile', 'jobs', 'up', '-d', '--no-deps', 'queue']);
    expect(await look(project, 'queue')).toMatchObject({ state: 'running', host: 'db' });
    await deploy(project);
    expect(await look(project, 'queue')).toMatchObject({ state: 'running', host: 'pgbouncer' });
    await project.docker(['stop', `${project.name}-queue-1`]);
    const { id } = await look(project, 'queue');
    const job = await startOf(project, 'job');
    await project.set({ pgbouncer: { pkt_buf: 8192 } });
    const outcome = await deploy(project);
    expect(outcome.stdout).toContain('queue, spare: not running, and a plain `up` would not start it');
    expect(outcome.stdout).toMatch(/^ {2}leave +job: ended with code 0, and has nothing to do anew$/m);
    expect(outcome.stdout).toMatch(/^prod works/m);
    expect(await look(project, 'queue')).toMatchObject({ id, state: 'exited' });
    expect(await startOf(project, 'job')).toBe(job);
  });

  it('must leave that alone on the way back, too', async () => {
    const project = useStack();
    const [queue, job] = [await look(project, 'queue'), await startOf(project, 'job')];
    expect(queue).toMatchObject({ state: 'exited' });
    const settings = await project.read('ecar-pool.yaml');
    await rollback(project);
    expect(await look(project, 'queue')).toEqual(queue);
    // Once it is in the set of before alone.
    await project.write('ecar-pool.yaml', settings.replace(/^ {4}queue:\n(?: {6}.*\n)+/m, ''));
    await project.set({ pgbouncer: { pkt_buf: 4096, image: `${IMAGES.pgbouncer126}-none` } });
    expect((await deploy(project, [], { code: 3 })).stdout).toMatch(/^rolled back: prod works/m);
    expect(await look(project, 'queue')).toEqual(queue);
    await project.set({ pgbouncer: { image: IMAGES.pgbouncer126 } });
    expect((await deploy(project)).stdout).toMatch(/^prod works/m);
    await rollback(project);
    expect(await look(project, 'queue')).toEqual(queue);
    expect(await startOf(project, 'job')).toBe(job);
    await project.write('ecar-pool.yaml', settings);
    expect((await deploy(project)).stdout).toMatch(/^prod works/m);
  }, 300_000);

  it('must name a fix that starts no tool and makes no Postgres anew', async () => {
    const project = useStack();
    const [db, queue] = await Promise.all(['db', 'queue'].map((service) => look(project, service)));
    expect(queue).toMatchObject({ state: 'exited' });
    await project.docker(['stop', `${project.name}_pgbouncer`]);
    const { stdout } = await project.ecar(['verify'], { code: 1 });
    const [, fix = ''] = /fix: start it: (docker compose .* up -d .*)$/m.exec(stdout) ?? [];
    await project.shell(fix);
    // Its definition was edited above: a plain `up` would make it anew.
    expect(await Promise.all(['db', 'queue'].map((service) => look(project, service)))).toEqual([db, queue]);
    await project.ecar(['verify', '--wait']);
  });

  it('must have a service that leaves the pool run as its own files say, and so on the way back', async () => {
    const project = useStack();
    const settings = await project.read('ecar-pool.yaml');
    const without = settings.replace(/^ {4}web:\n(?: {6}.*\n)+/m, '');
    expect(without).not.toBe(settings);
    await project.write('ecar-pool.yaml', without);
    const outcome = await deploy(project);
    expect(outcome.stdout).toMatch(/^ {2}recreate +have web run past the pool/m);
    expect(await look(project, 'web')).toMatchObject({ state: 'running', host: 'db' });

    await project.write('ecar-pool.yaml', settings);
    await deploy(project);
    expect(await look(project, 'web')).toMatchObject({ state: 'running', host: 'pgbouncer' });
    await rollback(project);
    expect(await look(project, 'web')).toMatchObject({ state: 'running', host: 'db' });
    const verified = await project.ecar(['verify'], { code: 'any' });
    expect(verified.stdout).toMatch(/^prod works/m);
    await deploy(project);
    expect(await look(project, 'web')).toMatchObject({ state: 'running', host: 'pgbouncer' });
  }, 300_000);

  it('must not call it working while one still runs as the overlay had it', async () => {
    const project = useStack();
    const settings = await project.read('ecar-pool.yaml');
    await project.write('ecar-pool.yaml', settings.replace(/^ {4}web:\n(?: {6}.*\n)+/m, ''));
    await project.ecar(['render']);
    const { stdout } = await project.ecar(['verify'], { code: 1 });
    expect(stdout).toMatch(
      /^FAIL {2}container web — runs as docker-compose\.pgbouncer\.yml had it(?:.*\n)+? {6}fix: run docker compose .*up -d --no-deps web$/m,
    );
    expect((await deploy(project)).stdout).toMatch(/^prod works/m);
    expect(await look(project, 'web')).toMatchObject({ state: 'running', host: 'db' });
    await project.write('ecar-pool.yaml', settings);
    await deploy(project);
  }, 300_000);

  it('must start a Postgres that was stopped, and name it until then', async () => {
    const project = useStack();
    const { id } = await look(project, 'db');
    await project.docker(['stop', `${project.name}-db-1`]);
    const { stdout } = await project.ecar(['verify'], { code: 1 });
    expect(stdout).toMatch(
      /^FAIL {2}container db — exited[^\n]*\n(?: {6}.*\n)* {6}fix: start it: docker compose .*up -d --no-recreate db$/m,
    );
    expect(stdout).toMatch(/^FAIL {2}login shop to shop(?:.*\n)+? {6}cause: Postgres is not up/m);
    const outcome = await deploy(project);
    expect(plannedKinds(outcome)[0]).toBe('start');
    expect(outcome.stdout).toContain('because of db is exited');
    expect(outcome.stdout).toMatch(/^prod works/m);
    expect(await look(project, 'db')).toMatchObject({ id, state: 'running' });
  });

  it('must refuse a password in .env that Postgres refuses before anything is touched', async () => {
    const project = useStack();
    const before = await everything(project);
    await project.write('.env', 'DB_PASSWORD=not-the-servers\n', 0o600);
    const { stderr } = await deploy(project, [], { code: 2 });
    expect(stderr).toContain(
      'Postgres itself refuses shop in shop with DB_PASSWORD in .env: FATAL: password authentication failed for user "shop"; nothing was changed',
    );
    expect(stderr).not.toContain('not-the-servers');
    expect(await everything(project)).toEqual(before);
    await project.write('.env', 'DB_PASSWORD=of-the-shop\n', 0o600);
    await project.ecar(['verify']);
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });

  it('must refuse a port that is taken, and leave PgBouncer as it is without an image', async () => {
    const project = useStack();
    const before = await everything(project);
    const settings = await project.read('ecar-pool.yaml');
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await movePort(project, port);
    const { stderr } = await deploy(project, [], { code: 3 });
    server.close();
    expect(stderr).toContain(`The port is taken on this machine: 127.0.0.1:${port}; nothing was changed`);
    expect(await everything(project)).toEqual(before);
    await project.write('ecar-pool.yaml', settings);
    await project.set({ pgbouncer: { image: `${IMAGES.pgbouncer126}-none` } });
    expect((await deploy(project, [], { code: 3 })).stdout).toMatch(/^rolled back: prod works/m);
    expect((await everything(project)).containers).toEqual(before.containers);
    await project.write('ecar-pool.yaml', settings);
    expect((await deploy(project)).stdout).toMatch(/^prod works|^nothing to do/m);
  });

  it('must go back to what was proved last, and not to what was rendered and never ran', async () => {
    const project = useStack();
    const before = await everything(project);
    const settings = await project.read('ecar-pool.yaml');
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await movePort(project, port);
    await project.ecar(['render']);
    expect((await everything(project)).files).not.toEqual(before.files);
    const { stderr } = await deploy(project, [], { code: 3 });
    expect(stderr).toContain(`The port is taken on this machine: 127.0.0.1:${port}; nothing was changed`);
    expect((await everything(project)).containers).toEqual(before.containers);
    // What is no obstacle before the first step fails at it, and all is as it was proved.
    await project.set({ pgbouncer: { image: `${IMAGES.pgbouncer126}-none` } });
    server.close();
    const { stdout } = await deploy(project, [], { code: 3 });
    expect(stdout).toMatch(/^rolled back: prod works/m);
    expect(await everything(project)).toEqual(before);
    await project.write('ecar-pool.yaml', settings);
    expect((await deploy(project)).stdout).toMatch(/^prod works|^nothing to do/m);
  }, 300_000);

  it('must make the services anew right after a pool that leaves its port', async () => {
    const project = useStack();
    await movePort(project, await freePort());
    const outcome = await deploy(project);
    expect(plannedKinds(outcome).slice(0, 3)).toEqual(['write', 'recreate', 'recreate']);
    expect(outcome.stdout).toContain('your services have the old port until the next step');
    expect(outcome.stdout).toMatch(/^prod works/m);
    expect(await look(project, 'web')).toMatchObject({ state: 'running', host: 'pgbouncer' });
  });
});
