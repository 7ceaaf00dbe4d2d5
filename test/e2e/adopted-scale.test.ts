import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { deploy, rollback } from './support/deploy.ts';
import { IMAGES } from './support/images.ts';
import { startAndKill } from './support/killed.ts';
import type { Project } from './support/project.ts';
import { rotate } from './support/rotate.ts';
import { useProject } from './support/use-project.ts';

/** What goes through the pool ends at once, until it is told that it may. */
const service = (name: string, more = '') => `  ${name}:
    image: ${IMAGES.postgres17}
    entrypoint: ["sh", "-c", "case $$DATABASE_URL in *@db:*) ;; *) test -e /gate/open || exit 3 ;; esac; exec sleep infinity"]
    environment: { DATABASE_URL: "postgres://shop:\${DB_PASSWORD}@db:5432/shop" }
    volumes: [./gate:/gate:ro]
    stop_grace_period: 0s
    depends_on: { db: { condition: service_healthy } }
${more}`;
const compose = (name: string) => `name: ${name}
services:
  db:
    image: ${IMAGES.postgres17}
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: "\${DB_PASSWORD}", POSTGRES_DB: shop }
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1"], interval: 1s, retries: 60 }
${service('web')}${service('worker', '    deploy: { replicas: 0 }\n')}`;

/** The hosts that the containers of a service look for Postgres at, one for each that runs. */
async function hostsOf(project: Project, name: string): Promise<string[]> {
  const labels = [`com.docker.compose.project=${project.name}`, `com.docker.compose.service=${name}`];
  const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
  const ids = (await project.docker(['ps', '-q', ...filters])).stdout.split('\n').filter(Boolean);
  if (ids.length === 0) return [];
  const format = '{{range .Config.Env}}{{println .}}{{end}}';
  const { stdout } = await project.docker(['inspect', '--format', format, ...ids]);
  return [...stdout.matchAll(/^DATABASE_URL=.*@(\w+):/gm)].map(([, host = '']) => host);
}

async function expectAll(project: Project, host: string): Promise<void> {
  expect(await hostsOf(project, 'web')).toEqual([host, host]);
  expect(await hostsOf(project, 'worker')).toEqual([host]);
}

/** Another port for PgBouncer, wherever the settings name it. */
async function movePort(project: Project): Promise<void> {
  const settings = await project.read('ecar-pool.yaml');
  const [, old] = /^ {2}port: (\d+)$/m.exec(settings.slice(settings.indexOf('\npgbouncer:'))) ?? [];
  await project.write(
    'ecar-pool.yaml',
    settings.replace(new RegExp(`\\b${old}\\b`, 'g'), String(await freePort())),
  );
}

describe('services that run in another number than their files say', () => {
  const useStack = useProject('ascale', async (project) => {
    await project.folderFor('gate');
    await project.write('docker-compose.yml', compose(project.name));
    await project.write('.env', 'DB_PASSWORD=of-the-shop\n', 0o600);
    await project.run('docker', ['compose', 'up', '-d', '--scale', 'web=2', '--scale', 'worker=1']);
    await project.ecar([
      ...['init', '--from', 'docker-compose.yml', '--port', String(project.port)],
      ...['--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    await expectAll(project, 'db');
  });

  it('must be as many where a first deploy fails after they were made anew', async () => {
    const project = useStack();
    const { stdout, stderr } = await deploy(project, [], { code: 1 });
    expect(stderr).toMatch(/^ok .*start anew the services/m);
    expect(stdout).toContain('your services run as they did, without the pool');
    await expectAll(project, 'db');
    await project.write('gate/open', '');
  });

  it('must be as many after a deploy, and one on another port', async () => {
    const project = useStack();
    const { stdout } = await deploy(project);
    expect(stdout).toMatch(/up -d --no-deps --scale web=2 --scale worker=1 pgbouncer web worker$/m);
    await expectAll(project, 'pgbouncer');
    await movePort(project);
    expect((await deploy(project)).stdout).toMatch(/^prod works/m);
    await expectAll(project, 'pgbouncer');
  });

  it('must be as many after a rollback', async () => {
    const project = useStack();
    expect((await rollback(project)).stdout).toMatch(/^prod works/m);
    await expectAll(project, 'pgbouncer');
    await deploy(project);
    await expectAll(project, 'pgbouncer');
  });

  it('must be as many after a rotate', async () => {
    const project = useStack();
    const { stdout } = await rotate(project, { user: 'shop' });
    expect(stdout).toMatch(/^prod works/m);
    await expectAll(project, 'pgbouncer');
  });

  it('must be as many where a rotate was killed while all were stopped, and goes on', async () => {
    const project = useStack();
    const journal = project.path('pgbouncer/.ecar-pool/journal.json');
    const hasStopped = () =>
      existsSync(journal) && readFileSync(journal, 'utf8').includes('change over to the new password');
    await startAndKill(project, ['rotate', 'shop', '--env', 'prod', '--yes'], {
      delayMs: 0,
      after: hasStopped,
    });
    expect(await hostsOf(project, 'worker')).toEqual([]);
    const { stdout } = await rotate(project, { user: 'shop' });
    expect(stdout).toMatch(/^prod works/m);
    expect(stdout).not.toMatch(/^ {2}leave /m);
    await expectAll(project, 'pgbouncer');
  });
});
