import { describe, expect, it } from 'vitest';
import { IMAGES } from './support/images.ts';
import { renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

/** Logs in as it starts, as most applications do, and ends when it is refused. */
const SCRIPT = `
import os, psycopg, time
psycopg.connect(host=os.environ["DB_HOST"], port=os.environ["DB_PORT"], dbname=os.environ["DB_NAME"],
                user=os.environ["DB_USER"], password=os.environ["DB_PASSWORD"], connect_timeout=5).close()
time.sleep(3600)
`;

describe('an application that logs in as it starts', () => {
  const useStack = useProject('rotation', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await project.set({
      app: { service: 'app', kind: 'other', image: IMAGES.django, command: ['python', '-c', SCRIPT] },
    });
    const { verified } = await renderAndFollow(project);
    expect(verified.code, verified.stdout).toBe(0);
  });

  it.each([
    ['a new password', {}],
    ['a new password and a new docker-compose.yml', { app: { environment: { COLOUR: 'blue' } } }],
    ['a new password and another Postgres', { postgres: { port: 5444 } }],
  ])('must never be refused while it is given %s by the printed commands', async (what, settings) => {
    const project = useStack();
    await project.write('.env.prod', `${await project.read('.env.prod')}DB_PASSWORD='${what}'\n`);
    await project.set(settings);
    const { verified } = await renderAndFollow(project);
    expect(verified.code, verified.stdout).toBe(0);
    expect(await appState(project)).toBe(`0 running ${what}`);
  });
});

/** How often the app had to be started again, whether it runs, and with which password. */
async function appState(project: Project): Promise<string> {
  const container = `${project.name}_app`;
  const format = '{{.RestartCount}} {{.State.Status}}';
  const { stdout: state } = await project.docker(['inspect', '--format', format, container]);
  const { stdout: password } = await project.docker(['exec', container, 'printenv', 'DB_PASSWORD']);
  return `${state.trim()} ${password.trim()}`;
}
