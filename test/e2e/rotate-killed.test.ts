import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { appLogin, type Login } from './support/database.ts';
import { deploy, plannedKinds } from './support/deploy.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { type Moment, startAndKill } from './support/killed.ts';
import { findLeaks } from './support/leaks.ts';
import type { Project } from './support/project.ts';
import { psqlLogin } from './support/psql.ts';
import { rotate, SERVER } from './support/rotate.ts';
import { useProject } from './support/use-project.ts';

const JOURNAL = 'stack/prod/.ecar-pool/journal.json';

/** Everything has the one password, and nothing the other. */
async function expectOnly(project: Project, login: Login, other: Login): Promise<void> {
  expect(await appLogin(project)).toEqual(login);
  for (const server of [undefined, SERVER]) {
    expect(await psqlLogin(project, login, server)).toBe('ok');
    expect(await psqlLogin(project, other, server)).toMatch(/authentication failed/);
  }
  expect((await project.ecar(['render', '--env', 'prod', '--check'])).code).toBe(0);
  const verified = await project.ecar(['verify', '--env', 'prod'], { code: 'any' });
  expect(verified.code, verified.stdout).toBe(0);
}

/** Logs in all the time, as an application that keeps no connection, and ends when it is refused. */
const APP = `
import os, psycopg, time
while True:
    psycopg.connect(host=os.environ["DB_HOST"], port=os.environ["DB_PORT"], dbname=os.environ["DB_NAME"],
                    user=os.environ["DB_USER"], password=os.environ["DB_PASSWORD"], connect_timeout=9).close()
    time.sleep(0.02)
`;

/** What the journal says is at work; empty where nothing is. */
function stepAtWork(project: Project): string {
  try {
    return JSON.parse(readFileSync(project.path(JOURNAL), 'utf8')).step;
  } catch {
    return '';
  }
}

describe('a rotation of the password that a service of the stack has', () => {
  const useStack = useProject('rotkill', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17, '--auth-type', 'scram-sha-256');
    await project.set({
      app: { service: 'app', kind: 'other', image: IMAGES.django, command: ['python', '-c', APP] },
    });
    await deploy(project);
  });

  /** How often the app had to be started again, and whether it runs. */
  async function appState(project: Project): Promise<string> {
    const format = '{{.RestartCount}} {{.State.Status}}';
    const { stdout } = await project.docker(['inspect', '--format', format, `${project.name}_app`]);
    return stdout.trim();
  }

  it('must never have the service refused', async () => {
    const project = useStack();
    const old = await appLogin(project);
    const outcome = await rotate(project);
    expect(plannedKinds(outcome)).toEqual([...['secret', 'write', 'stop', 'switch', 'recreate', 'verify']]);
    const next = await appLogin(project);
    await expectOnly(project, next, old);
    expect(await appState(project)).toBe('0 running');
    expect(findLeaks(project.said.join(''), [old.password, next.password])).toEqual([]);
    // Those that ecar-pool and this test try come from the container itself.
    const { stdout: log, stderr } = await project.docker(['logs', `${project.name}_pgbouncer`]);
    expect(`${log}${stderr}`).not.toMatch(
      /C-\S+ \S+@(?!127\.)[\d.:]+ closing because: .*authentication failed/,
    );
  });

  const moments: [string, (project: Project) => Moment][] = [
    ...['preparing', 'write', 'stop', 'have Postgres', 'recreate', 'verify'].flatMap(
      (step): [string, (project: Project) => Moment][] =>
        (step === 'have Postgres' ? [0, 400, 800] : [300]).map((most) => [
          `${most} ms into "${step}"`,
          (project) => ({
            delayMs: Math.random() * most,
            after: () => stepAtWork(project).startsWith(step),
          }),
        ]),
    ),
    [
      'once the settings have the new password',
      (project) => {
        const before = readFileSync(project.path('.env.prod'), 'utf8');
        return { delayMs: 0, after: () => readFileSync(project.path('.env.prod'), 'utf8') !== before };
      },
    ],
    [
      'as it ends',
      (project) => {
        let hasBegun = false;
        return {
          delayMs: Math.random() * 3,
          after: () => {
            hasBegun ||= stepAtWork(project) === 'verify';
            return hasBegun && !existsSync(project.path('stack/prod/.ecar-pool/reserve'));
          },
        };
      },
    ],
  ];
  let count = 0;

  it.each(moments)('must be finished by the next run, killed %s', async (_, momentOf) => {
    const project = useStack();
    const old = await appLogin(project);
    const args = ['rotate', `${project.name}_user`, '--env', 'prod', '--yes'];
    await startAndKill(project, args, momentOf(project));
    const begun = await appLogin(project);
    // Under load the moment may pass unseen, and the rotation is through.
    const isEnded = !existsSync(project.path(JOURNAL)) && (await psqlLogin(project, begun)) === 'ok';
    // The role may have what the settings have by now: another one in its place would lose it.
    if (!isEnded && begun.password !== old.password) {
      const other = { args: ['--password-stdin'], input: 'quite-another', code: 2 };
      expect((await rotate(project, other)).stderr).toContain(
        'finish that first: ecar-pool rotate --env prod',
      );
      expect(await appLogin(project)).toEqual(begun);
    }
    // A deploy takes the password of the settings; a second rotation goes on with it, unless the first one was done.
    if (count++ % 3 === 2) await deploy(project, ['--no-backup']);
    else await rotate(project);
    const now = await appLogin(project);
    if (!isEnded && begun.password !== old.password) expect(now).toEqual(begun);
    await eventually(() => expectOnly(project, now, old));
    expect(existsSync(project.path(JOURNAL))).toBe(false);
    expect(await appState(project)).toMatch(/ running$/);
  });
});
