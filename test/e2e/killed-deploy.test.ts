import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appLogin, query, runningSetting } from './support/database.ts';
import { deploy, rollback } from './support/deploy.ts';
import { whileLocked } from './support/dumped-database.ts';
import { IMAGES } from './support/images.ts';
import { type Moment, startAndKill } from './support/killed.ts';
import type { Project } from './support/project.ts';
import { readFiles } from './support/rendered-files.ts';
import { useProject } from './support/use-project.ts';

const JOURNAL = 'stack/prod/.ecar-pool/journal.json';

/** What the journal says is at work; empty where nothing is. */
function stepAtWork(project: Project): string {
  try {
    return JSON.parse(readFileSync(project.path(JOURNAL), 'utf8')).step;
  } catch {
    return '';
  }
}

/** Each step of a deploy that writes files, recreates PgBouncer, changes a password, reloads and verifies. */
const STEPS = ['preparing', 'write', 'recreate', 'bring roles', 'reload', 'verify'];

describe('a deploy that is killed', () => {
  const useStack = useProject('killdep', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await deploy(project);
    await query(project, await appLogin(project), 'CREATE TABLE kept AS SELECT 42 AS answer');
  });

  const moments: [string, (project: Project) => Moment][] = [
    ...STEPS.flatMap((step): [string, (project: Project) => Moment][] =>
      [0, 300].map((most) => [
        `${Math.round(most)} ms into "${step}"`,
        (project) => ({
          delayMs: Math.random() * most,
          after: () => stepAtWork(project).startsWith(step),
        }),
      ]),
    ),
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

  it.each(moments)(
    'must leave what the next one or a rollback makes good, killed %s',
    async (_, momentOf) => {
      const project = useStack();
      const [settings, secrets] = [await project.read('ecar-pool.yaml'), await project.read('.env.prod')];
      const old = await appLogin(project);
      const { sets } = JSON.parse((await rollback(project, ['--list', '--json'])).stdout);
      const { time } = (sets as { time: string; current: boolean }[]).find(({ current }) => current) ?? {};
      count++;
      const size = String(100 + count);
      await project.set({ pgbouncer: { default_pool_size: Number(size), pkt_buf: 4096 + 1024 * count } });
      await project.write('.env.prod', `${secrets}DB_PASSWORD='rotated${count}'\n`);
      await startAndKill(project, ['deploy', '--env', 'prod', '--yes'], momentOf(project));

      if (count % 2 === 0) {
        const { stdout } = await deploy(project);
        expect(stdout).toMatch(/^prod works/m);
        expect(await runningSetting(project, 'default_pool_size')).toBe(size);
        const login = { ...old, password: `rotated${count}` };
        expect(await query(project, login, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
      } else {
        const { stdout } = await rollback(project, ['--to', time ?? '']);
        expect(stdout).toMatch(/^prod works/m);
        expect(await query(project, old, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
        await project.write('ecar-pool.yaml', settings);
        await project.write('.env.prod', secrets);
      }
      expect(existsSync(project.path(JOURNAL))).toBe(false);
      expect((await project.ecar(['verify', '--env', 'prod'], { code: 'any' })).code).toBe(0);
    },
  );

  it('must leave the stack as it ran, killed during the dump', async () => {
    const project = useStack();
    const folder = project.path('backups/prod');
    const listed = () => (existsSync(folder) ? readdirSync(folder) : []);
    const dumps = () => listed().filter((name) => name.endsWith('.dump'));
    const files = await readFiles(project.path('stack/prod'));
    const [before, secrets] = [dumps(), await project.read('.env.prod')];
    const login = await appLogin(project);
    await project.write('.env.prod', `${secrets}DB_PASSWORD='after-the-dump'\n`);
    await whileLocked(project, 'kept', () =>
      startAndKill(project, ['deploy', '--env', 'prod', '--yes'], {
        delayMs: 0,
        after: () => listed().some((name) => existsSync(join(folder, name, 'dump'))),
      }),
    );
    expect(existsSync(project.path(JOURNAL))).toBe(false);
    expect(await readFiles(project.path('stack/prod'))).toEqual(files);
    expect(dumps()).toEqual(before);
    await project.write('.env.prod', secrets);
    await project.ecar(['verify', '--env', 'prod']);
    expect(await query(project, login, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await project.write('.env.prod', `${secrets}DB_PASSWORD='after-the-dump'\n`);
    const { stdout, stderr } = await deploy(project);
    expect(stderr).toContain('which has died');
    expect(stdout).toMatch(/^prod works/m);
    expect(dumps().length).toBe(before.length + 1);
    expect(listed().filter((name) => name.startsWith('.ecar-pool-staging'))).toEqual([]);
    await query(project, { ...login, password: 'after-the-dump' }, 'SELECT answer FROM kept');
  });
});
