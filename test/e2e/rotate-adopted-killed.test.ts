import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { deploy } from './support/deploy.ts';
import { IMAGES } from './support/images.ts';
import { startAndKill } from './support/killed.ts';
import type { Project } from './support/project.ts';
import { rotate } from './support/rotate.ts';
import { useProject } from './support/use-project.ts';

const URL = `postgres://shop:\${DB_PASSWORD}@db:5432/shop`;
const compose = (name: string) => `name: ${name}
services:
  db:
    image: ${IMAGES.postgres17}
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: of-the-shop, POSTGRES_DB: shop }
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1"], interval: 1s, retries: 60 }
  nightly:
    image: ${IMAGES.postgres17}
    entrypoint: ["sh", "-c", "psql -X $$DATABASE_URL -c SELECT\\\\ 1"]
    environment: { DATABASE_URL: "${URL}" }
    restart: "no"
    depends_on: { db: { condition: service_healthy } }
  web:
    image: ${IMAGES.postgres17}
    entrypoint: ["sh", "-c", "trap 'exit 0' INT TERM; while psql -X $$DATABASE_URL -c SELECT\\\\ 1; do sleep 0.2; done"]
    environment: { DATABASE_URL: "${URL}" }
    restart: unless-stopped
    depends_on: { db: { condition: service_healthy } }
`;

const useStack = useProject('rotakill', async (project) => {
  await project.write('docker-compose.yml', compose(project.name));
  await project.write('.env', 'DB_PASSWORD=of-the-shop\n', 0o600);
  await project.run('docker', ['compose', 'up', '-d']);
  await project.ecar([
    ...['init', '--from', 'docker-compose.yml', '--port', String(project.port)],
    ...['--pgbouncer-image', IMAGES.pgbouncer126],
  ]);
  await deploy(project);
});

/** How a service runs: `running`, or `exited` with its code. */
async function stateOf(project: Project, service: string): Promise<string> {
  const format = '{{.State.Status}} {{.State.ExitCode}}';
  const { stdout } = await project.docker(['inspect', '--format', format, `${project.name}-${service}-1`]);
  return stdout.trim();
}

/** Runs a job once more as a timer would, without Compose; gives its exit code. */
async function runAgain(project: Project, service: string): Promise<number> {
  return (await project.docker(['start', '-a', `${project.name}-${service}-1`], { code: 'any' })).code;
}

function stepAtWork(project: Project): string {
  try {
    return JSON.parse(readFileSync(project.path('pgbouncer/.ecar-pool/journal.json'), 'utf8')).step;
  } catch {
    return '';
  }
}

it('a server that a killed rotation has stopped must be started by the next deploy: it ends as a job does', async () => {
  const project = useStack();
  expect(await stateOf(project, 'web')).toBe('running 0');
  await startAndKill(project, ['rotate', 'shop', '--env', 'prod', '--yes'], {
    delayMs: 0,
    after: () => stepAtWork(project).startsWith('have Postgres'),
  });
  expect(await stateOf(project, 'web')).toBe('exited 0');
  expect((await deploy(project)).stdout).toMatch(/^prod works/m);
  expect(await stateOf(project, 'web')).toBe('running 0');
  expect(await runAgain(project, 'nightly')).toBe(0);
});

it('a job must have the new password for its next run', async () => {
  const project = useStack();
  await rotate(project, { user: 'shop' });
  expect(await stateOf(project, 'web')).toBe('running 0');
  expect(await runAgain(project, 'nightly')).toBe(0);
});

it('a project that was stopped must run again after a deploy, and not its jobs', async () => {
  const project = useStack();
  await project.run('docker', ['compose', 'stop']);
  const stopped = await project.docker([
    'inspect',
    '--format',
    '{{.State.StartedAt}}',
    `${project.name}-nightly-1`,
  ]);
  await project.set({ pgbouncer: { default_pool_size: 21 } });
  const { stdout } = await deploy(project);
  expect(stdout).toMatch(/^prod works/m);
  expect(await stateOf(project, 'web')).toBe('running 0');
  expect(stdout).toMatch(/^ {2}leave +nightly: ended with code 0/m);
  const now = await project.docker([
    'inspect',
    '--format',
    '{{.State.StartedAt}}',
    `${project.name}-nightly-1`,
  ]);
  expect(now.stdout).toBe(stopped.stdout);
});
