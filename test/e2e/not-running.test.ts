import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { appLogin, consoleTable, query } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const COMPOSE = 'docker compose -f stack/prod/docker-compose.yml';

/** What verify tells of each container that is not up: observation, cause and fix. */
async function told(project: Project): Promise<Record<string, string>> {
  const { stdout } = await project.ecar(['verify', '--env', 'prod', '--json'], { code: 1 });
  const { checks } = JSON.parse(stdout) as {
    checks: { title: string; status: string; observed: string; cause?: string; hint?: string }[];
  };
  return Object.fromEntries(
    checks.flatMap(({ title, status, observed, cause, hint }) =>
      status === 'fail' ? [[title, [observed, cause, hint].join(' | ')]] : [],
    ),
  );
}

/** Runs something while another program holds the port of the stack. */
async function withPortTaken(project: Project, act: () => Promise<void>): Promise<void> {
  const server = createServer().listen(project.port, '127.0.0.1');
  await once(server, 'listening');
  try {
    await act();
  } finally {
    server.close();
  }
}

const portTaken = (project: Project) =>
  new RegExp(
    `The port is taken on this machine \\(.*:${project.port}\\b.*\\) \\| .*pgbouncer\\.port.*ecar-pool render --env prod, then ${COMPOSE} up -d --wait`,
  );

describe('a stack that does not run', () => {
  const useStack = useProject('notrun', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
  });

  it('must be told that its port was taken when it was to start for the first time', async () => {
    const project = useStack();
    await project.ecar(['render', '--env', 'prod']);
    await withPortTaken(project, async () => {
      await project.shell(`${COMPOSE} up -d --wait`, { code: 1 });
      expect((await told(project))['container pgbouncer']).toMatch(portTaken(project));
    });
    await project.shell(`${COMPOSE} up -d --wait`);
    expect((await project.ecar(['verify', '--env', 'prod'])).code).toBe(0);
  });

  it('must not be explained by trouble that is over', async () => {
    const project = useStack();
    const login = await appLogin(project);
    const alter = (password: string) =>
      project.compose(
        [
          ...['exec', '-T', 'postgres', 'psql', '-X', '-U', 'postgres', '-c'],
          `ALTER ROLE ${login.user} PASSWORD '${password}'`,
        ],
        {},
      );
    await alter('another');
    await consoleTable(project, 'RECONNECT');
    await expect(query(project, login, 'SELECT 1')).rejects.toThrow(/password authentication failed for/);
    await alter(login.password);
    await eventually(() => query(project, login, 'SELECT 1'));

    await project.compose(['pause', 'pgbouncer']);
    expect(await told(project)).toEqual({
      'container pgbouncer': `paused | Somebody paused the container | run ${COMPOSE} unpause pgbouncer`,
    });
    await project.compose(['unpause', 'pgbouncer']);

    await project.compose(['stop', 'pgbouncer']);
    expect(await told(project)).toEqual({
      'container pgbouncer': `exited with code 0 | Somebody stopped the container | start it: ${COMPOSE} up -d --wait`,
    });
    await withPortTaken(project, async () => {
      await project.compose(['start', 'pgbouncer'], { code: 1 });
      expect((await told(project))['container pgbouncer']).toMatch(portTaken(project));
    });
    await project.shell(`${COMPOSE} up -d --wait`);
    await project.ecar(['verify', '--env', 'prod']);
  });

  it('must be told that its volume holds the data of another major release', async () => {
    const project = useStack();
    await project.set({ postgres: { image: IMAGES.postgres18 } });
    await project.ecar(['render', '--env', 'prod']);
    await project.shell(`${COMPOSE} up -d --wait --wait-timeout 20`, { code: 1 });
    expect((await told(project))['container postgres']).toMatch(
      /The volume holds the data of another major release of Postgres .*\| .*pg_dumpall.*do not delete the volume/,
    );
    await project.set({ postgres: { image: IMAGES.postgres17 } });
    const { verified } = await renderAndFollow(project);
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('must be told which image docker does not have', async () => {
    const project = useStack();
    const image = 'ecar-pool-testbed/pgbouncer:1.26.1-nowhere';
    await project.compose(['down', '-v']);
    await project.set({ pgbouncer: { image, version: '1.26.1' } });
    await project.ecar(['render', '--env', 'prod']);
    expect((await told(project))['container pgbouncer']).toContain(
      `there is none | The image ${image} is not on this machine`,
    );
  });
});
