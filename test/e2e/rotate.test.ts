import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { appLogin, connect, consoleTable, type Login, query } from './support/database.ts';
import { deploy, plannedKinds } from './support/deploy.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { type Moment, startAndKill } from './support/killed.ts';
import { findLeaks } from './support/leaks.ts';
import { runPgbench, startLogins } from './support/load.ts';
import type { Project } from './support/project.ts';
import { psqlLogin } from './support/psql.ts';
import type { RunOptions } from './support/run.ts';
import { useProject } from './support/use-project.ts';

const JOURNAL = 'stack/prod/.ecar-pool/journal.json';

/** Postgres as the pgbouncer container reaches it. */
const SERVER = { host: 'postgres', port: 5432 };

/** `ecar-pool rotate USER --env prod --yes …` */
function rotate(project: Project, args: readonly string[] = [], options: Omit<RunOptions, 'cwd'> = {}) {
  return project.ecar(['rotate', `${project.name}_user`, '--env', 'prod', '--yes', ...args], {
    timeoutMs: 120_000,
    ...options,
  });
}

/** Everything has the one password, and nothing the other. */
async function expectOnly(project: Project, login: Login, other: Login): Promise<void> {
  expect(await appLogin(project)).toEqual(login);
  for (const server of [undefined, SERVER]) {
    expect(await psqlLogin(project, login, server)).toBe('ok');
    expect(await psqlLogin(project, other, server)).toMatch(/authentication failed/);
  }
  expect((await consoleTable(project, 'SHOW DATABASES')).map(({ paused }) => paused)).not.toContain('1');
  expect((await project.ecar(['render', '--env', 'prod', '--check'])).code).toBe(0);
  const verified = await project.ecar(['verify', '--env', 'prod'], { code: 'any' });
  expect(verified.code, verified.stdout).toBe(0);
}

const CASES = [
  { auth: 'scram-sha-256', pgbouncer: IMAGES.pgbouncer126, mode: 'transaction' },
  { auth: 'md5', pgbouncer: IMAGES.pgbouncer126, mode: 'session' },
  { auth: 'scram-sha-256', pgbouncer: IMAGES.pgbouncer118, mode: 'transaction' },
] as const;

for (const { auth, pgbouncer, mode } of CASES) {
  describe(`a password that is rotated under load, with ${auth} in ${mode} mode on ${pgbouncer.replace(/.*:/, 'PgBouncer ')}`, () => {
    const useStack = useProject('rotate', async (project) => {
      await project.init(pgbouncer, IMAGES.postgres17, '--auth-type', auth);
      const database = `${project.name}_db`;
      await project.write('.env.prod', `${await project.read('.env.prod')}OTHER_PASSWORD='of-the-other'\n`);
      await project.set({
        // Logins to Postgres all the time, so that some come at the wrong moment.
        pgbouncer: { pool_mode: mode, server_lifetime: 1, server_idle_timeout: 1, min_pool_size: 0 },
        databases: { [database]: { users: [`${project.name}_user`, 'other'] } },
        users: { other: { password: { env: 'OTHER_PASSWORD' } } },
      });
      await deploy(project);
      const app = await appLogin(project);
      await query(project, app, 'CREATE TABLE load AS SELECT id, 0 AS n FROM generate_series(1, 1000) AS id');
      await query(project, app, 'GRANT ALL ON load TO other');
    });

    it('must fail no login, and no transaction of whoever is connected', async () => {
      const project = useStack();
      const old = await appLogin(project);
      const next = { ...old, password: 'it\'s the "new" one $1 \\ é' };
      const other = { ...old, user: 'other', password: 'of-the-other' };
      const end = startLogins(project, { from: old, to: next, count: 10 });
      const benches = [
        runPgbench(project, old, { clients: 10, seconds: 15 }),
        runPgbench(project, other, { clients: 4, seconds: 15, anew: true }),
      ];
      await sleep(4000);
      const connectedBefore = await connect(project, old);
      await connectedBefore.query('SELECT 1');
      const { stdout } = await rotate(project, ['--password-stdin'], { input: `${next.password}\n` });
      const [connected, anew] = await Promise.all(benches);
      const logins = await end();
      console.log(`${auth}, ${mode}, ${pgbouncer}: ${JSON.stringify({ logins, connected, anew })}`);
      expect(plannedKinds({ code: 0, stdout, stderr: '' })).toEqual(['secret', 'write', 'switch', 'verify']);
      expect(logins).toMatchObject({ failed: 0, changedOver: 10 });
      // What src/deploy/switch-password.ts tells of PgBouncer since 1.25.
      if (auth === 'md5' || pgbouncer === IMAGES.pgbouncer118) expect(logins.confused).toBe(0);
      expect(logins.done).toBeGreaterThan(200);
      expect(connected).toMatchObject({ failed: 0, aborted: 0 });
      expect(anew).toMatchObject({ failed: 0, aborted: 0 });
      expect(anew?.processed).toBeGreaterThan(100);
      expect(findLeaks(project.said.join(''), [old.password, next.password])).toEqual([]);
      for (const server of [undefined, SERVER]) {
        expect(await psqlLogin(project, next, server)).toBe('ok');
        expect(await psqlLogin(project, old, server)).toMatch(/authentication failed/);
      }
      // Each server connection anew, for those who are connected since before, too.
      await consoleTable(project, `RECONNECT ${old.database}`);
      expect((await connectedBefore.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
      await connectedBefore.end();
    });
  });
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
    const { stdout } = await rotate(project);
    expect(plannedKinds({ code: 0, stdout, stderr: '' })).toEqual([
      ...['secret', 'write', 'stop', 'switch', 'recreate', 'verify'],
    ]);
    const next = await appLogin(project);
    await expectOnly(project, next, old);
    expect(await appState(project)).toBe('0 running');
    expect(findLeaks(project.said.join(''), [old.password, next.password])).toEqual([]);
    // Those that ecar-pool and this test try come from the container itself.
    const { stdout: log, stderr } = await project.docker(['logs', `${project.name}_pgbouncer`]);
    expect(`${log}${stderr}`).not.toMatch(/@(?!127\.)[\d.:]+ closing because: .*authentication failed/);
  });

  const moments: [string, (project: Project) => Moment][] = [
    ...['preparing', 'write', 'stop', 'have Postgres', 'recreate', 'verify'].flatMap(
      (step): [string, (project: Project) => Moment][] =>
        [0, 400].map((most) => [
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
    const isEnded = !existsSync(project.path(JOURNAL)) && _ === 'as it ends';
    // A deploy takes the password of the settings; a second rotation goes on with it, unless the first one was done.
    if (count++ % 3 === 2) await deploy(project, ['--no-backup']);
    else await rotate(project);
    const now = await appLogin(project);
    if (!isEnded && begun.password !== old.password) expect(now).toEqual(begun);
    await eventually(() => expectOnly(project, now, now === old ? begun : old));
    expect(existsSync(project.path(JOURNAL))).toBe(false);
    expect(await appState(project)).toMatch(/ running$/);
  });
});
