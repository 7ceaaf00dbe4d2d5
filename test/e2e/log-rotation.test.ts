import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inspectContainer } from './support/container.ts';
import { appLogin, connect, query, runningSetting } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { failingChecks, renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const FOLDER = '/var/log/pgbouncer';

for (const image of [IMAGES.pgbouncer126, IMAGES.pgbouncer124, IMAGES.pgbouncer118]) {
  describe(`the log file of ${image.replace(/.*\//, '')}`, () => {
    const useStack = useProject('rotate', async (project) => {
      await project.init(image, IMAGES.postgres17);
      await renderAndFollow(project);
    });

    it('must be switched on in a running stack, which a reload before that does not end', async () => {
      const project = useStack();
      const before = await inspectContainer(project, 'pgbouncer');
      await project.set({ monitoring: { log: { max_size: '4k', keep: 50 } } });
      await project.ecar(['render', '--env', 'prod']);
      await project.compose(['kill', '-s', 'HUP', 'pgbouncer']);
      // PgBouncer opens a log file that it is told of within a second, for its next line.
      await sleep(2000);
      expect(await inspectContainer(project, 'pgbouncer')).toEqual(before);
      expect(await failingChecks(project)).toEqual(['containers-current', 'config']);
      await project.compose(['up', '-d', '--wait']);
      expect(await failingChecks(project)).toEqual([]);
    });

    it('must hold every line once after ten rotations under load, and drop no client', async () => {
      const project = useStack();
      const login = await appLogin(project);
      const steady = await connect(project, login);
      const load = startLoad(project);
      await eventually(async () => expect((await putAside(project)).length).toBeGreaterThan(10), 110_000);
      const made = await load.stop();
      expect((await steady.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await steady.end();
      await project.compose(['stop', 'pgbouncer']);
      expect(await inspectContainer(project, 'pgbouncer')).toMatchObject({ running: false, exitCode: 0 });
      const { stderr } = await project.docker(['logs', `${project.name}_pgbouncer`]);
      const said = stderr.split('\n');
      // PgBouncer writes each line to both.
      expect(await readFiles(project)).toEqual(said);
      const sessions = said.filter(
        (line) => line.includes(`_user@`) && !line.includes('@127.0.0.1:') && line.includes('login attempt'),
      );
      // Beside those of the load, the steady client.
      expect(sessions.length).toBe(made + 1);
      expect(made).toBeGreaterThan(200);
    });

    it('must not make live what was rendered and not applied, and be rotated once it was', async () => {
      const project = useStack();
      await project.compose(['up', '-d', '--wait']);
      const live = await runningSetting(project, 'default_pool_size');
      await project.set({ pgbouncer: { default_pool_size: 7 }, monitoring: { log: { max_size: '64k' } } });
      // A rotation that was due by the old limit is over.
      await sleep(6000);
      await project.ecar(['render', '--env', 'prod']);
      const before = await putAside(project);
      const load = startLoad(project);
      const size = async () =>
        Number(
          (await project.compose(['exec', '-T', 'pgbouncer', 'stat', '-c', '%s', `${FOLDER}/pgbouncer.log`]))
            .stdout,
        );
      await eventually(async () => expect(await size()).toBeGreaterThan(66_000), 60_000);
      await load.stop();
      await sleep(6000);
      expect(await putAside(project)).toEqual(before);
      expect(await runningSetting(project, 'default_pool_size')).toBe(live);
      await project.compose(['kill', '-s', 'HUP', 'pgbouncer']);
      await eventually(async () => expect((await putAside(project)).length).toBeGreaterThan(before.length));
      expect(await runningSetting(project, 'default_pool_size')).toBe('7');
      await project.set({ monitoring: { log: { max_size: '4k' } } });
      await project.ecar(['render', '--env', 'prod']);
    });

    it('must keep as many files as the settings say, by a change that needs no new container', async () => {
      const project = useStack();
      await project.compose(['up', '-d', '--wait']);
      const before = await inspectContainer(project, 'pgbouncer');
      await project.set({ monitoring: { log: { keep: 3 } } });
      const { verified } = await renderAndFollow(project);
      expect(verified.code, verified.stdout).toBe(0);
      await eventually(async () => {
        const compressed = (await putAside(project)).filter((name) => name.endsWith('.gz'));
        expect(compressed.length).toBe(3);
      });
      expect(await inspectContainer(project, 'pgbouncer')).toEqual(before);
    });

    it('must fail verify where nothing rotates it, or it was removed', async () => {
      const project = useStack();
      const inside = (script: string) =>
        project.compose(['exec', '-T', 'pgbouncer', 'sh', '-c', script], { code: 'any' });
      await inside(`rm ${FOLDER}/pgbouncer.log`);
      expect(await failingChecks(project)).toEqual(['log-file']);
      await project.compose(['kill', '-s', 'HUP', 'pgbouncer']);
      expect(await failingChecks(project)).toEqual([]);
      // The loop is the shell that PgBouncer's own process has left behind.
      await inside(
        'for p in $(grep -l "while[ ]sleep" /proc/[0-9]*/cmdline); do kill -9 "$(basename "$(dirname "$p")")"; done',
      );
      expect(await failingChecks(project)).toEqual(['log-file']);
      const { stdout } = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
      const [, command = ''] = /log file — nothing rotates it[\s\S]*?fix: run (.*)/.exec(stdout) ?? [];
      await project.shell(command);
      await eventually(async () => expect(await failingChecks(project)).toEqual([]));
    });

    it('must be rotated again after PgBouncer was ended and came back', async () => {
      const project = useStack();
      const before = await putAside(project);
      const { startedAt } = await inspectContainer(project, 'pgbouncer');
      await project.compose(['exec', '-T', 'pgbouncer', 'kill', '-INT', '1'], { code: 'any' });
      await eventually(async () => {
        expect((await inspectContainer(project, 'pgbouncer')).startedAt).not.toBe(startedAt);
        // All works, and verify tells for an hour that it had ended.
        expect(await failingChecks(project)).toEqual([`container:${project.name}_pgbouncer`]);
      }, 40_000);
      const load = startLoad(project);
      await eventually(async () => expect((await putAside(project)).at(-1)).not.toBe(before.at(-1)), 30_000);
      await load.stop();
    });
  });
}

/** Sessions that come and go, a few at a time; `stop` gives how many there were. */
function startLoad(project: Project): { stop(): Promise<number> } {
  let isOver = false;
  let made = 0;
  const client = async () => {
    const login = await appLogin(project);
    while (!isOver) {
      await query(project, login, 'SELECT 1');
      made += 1;
      await sleep(20);
    }
  };
  const clients = Promise.all([client(), client(), client(), client()]);
  return {
    async stop() {
      isOver = true;
      await clients;
      return made;
    },
  };
}

/** The names of the files that were put aside, oldest first, without those that are half-way compressed. */
async function putAside(project: Project): Promise<string[]> {
  const { stdout } = await project.compose(['exec', '-T', 'pgbouncer', 'ls', FOLDER]);
  return stdout.split('\n').filter((name) => /Z(\.gz)?$/.test(name));
}

/** All lines in the files, oldest first; while one is being compressed, both are there and the plain one counts. */
async function readFiles(project: Project): Promise<string[]> {
  const script = `cd ${FOLDER}
    for file in $(ls | grep -E 'Z(.gz)?$'); do
      case $file in
      *.gz) [ -e "\${file%.gz}" ] || zcat "$file" ;;
      *) cat "$file" ;;
      esac
    done
    cat pgbouncer.log`;
  const { stdout } = await project.docker([
    ...['run', '--rm', '--network', 'none', '-v', `${project.name}_pgbouncer_log:${FOLDER}`],
    ...['--entrypoint', 'sh', IMAGES.pgbouncer126, '-c', script],
  ]);
  return stdout.split('\n');
}
