import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { inspectContainer } from './support/container.ts';
import { appLogin, query, runningSetting } from './support/database.ts';
import { deploy, plannedKinds, rollback } from './support/deploy.ts';
import { eventually } from './support/eventually.ts';
import { ExternalPostgres } from './support/external-postgres.ts';
import { IMAGES } from './support/images.ts';
import type { Project } from './support/project.ts';
import { readFiles } from './support/rendered-files.ts';
import { useProject } from './support/use-project.ts';

const STATE = 'stack/prod/.ecar-pool';

describe('deploy', () => {
  const useStack = useProject('deploy', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    const first = await deploy(project);
    expect(plannedKinds(first)).toEqual(['write', 'start', 'verify']);
    const app = await appLogin(project);
    await query(project, app, 'CREATE TABLE kept AS SELECT 42 AS answer');
  });

  it('must do nothing where there is nothing to do, and prove it all the same', async () => {
    const { stdout } = await deploy(useStack());
    expect(stdout).toMatch(/^nothing to do/m);
    expect(stdout).toMatch(/^prod works: \d+ ok$/m);
  });

  it('must reload where a reload is enough, and keep every container', async () => {
    const project = useStack();
    const before = await inspectContainer(project, 'pgbouncer');
    await project.set({ pgbouncer: { default_pool_size: 21 } });
    const outcome = await deploy(project);
    expect(plannedKinds(outcome)).toEqual(['write', 'reload', 'verify']);
    expect(outcome.stdout).toContain('because of pgbouncer/pgbouncer.ini: default_pool_size');
    expect(await inspectContainer(project, 'pgbouncer')).toEqual(before);
    expect(await runningSetting(project, 'default_pool_size')).toBe('21');
  });

  it('must ask nobody off a terminal, and change nothing', async () => {
    const project = useStack();
    const before = await readFiles(project.path('stack/prod'));
    await project.set({ pgbouncer: { default_pool_size: 22 } });
    const { stderr } = await project.ecar(['deploy', '--env', 'prod'], { code: 2 });
    expect(stderr).toContain('--yes');
    const dry = await project.ecar(['deploy', '--env', 'prod', '--dry-run', '--json']);
    expect(JSON.parse(dry.stdout)).toMatchObject({ outcome: 'planned', steps: [{ kind: 'reload' }] });
    expect(await readFiles(project.path('stack/prod'))).toEqual(before);
    await project.set({ pgbouncer: { default_pool_size: 21 } });
  });

  it('must go back to what ran before, its passwords in Postgres too, and forward again', async () => {
    const project = useStack();
    const old = await appLogin(project);
    const secrets = await project.read('.env.prod');
    await project.write('.env.prod', `${secrets}DB_PASSWORD='rotated'\n`);
    const outcome = await deploy(project);
    expect(plannedKinds(outcome)).toEqual(['backup', 'write', 'roles', 'reload', 'verify']);
    const [, dump = ''] = /^dump: (.*)$/m.exec(outcome.stdout) ?? [];
    expect(statSync(project.path(dump)).mode & 0o777).toBe(0o600);
    await query(project, { ...old, password: 'rotated' }, 'SELECT 1');

    const back = await rollback(project, ['--no-backup']);
    expect(plannedKinds(back)).toEqual(['write', 'roles', 'reload', 'verify']);
    expect(back.stdout).toMatch(/^prod works/m);
    expect(await query(project, old, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await expect(query(project, { ...old, password: 'rotated' }, 'SELECT 1')).rejects.toThrow(/failed/);

    const { stdout } = await rollback(project, ['--list', '--json']);
    const { sets } = JSON.parse(stdout) as { sets: { time: string; current: boolean }[] };
    expect(sets.map(({ current }) => current)).toEqual([false, true, false]);
    await rollback(project, ['--to', sets[0]?.time ?? '']);
    await query(project, { ...old, password: 'rotated' }, 'SELECT 1');
    await rollback(project);
    await project.write('.env.prod', secrets);
  });

  it('must not be held up by a PgBouncer that ended by itself before', async () => {
    const project = useStack();
    const { startedAt } = await inspectContainer(project, 'pgbouncer');
    await project.compose(['exec', '-T', 'pgbouncer', 'sh', '-c', 'kill -QUIT 1'], { code: 'any' });
    await eventually(async () => {
      expect((await inspectContainer(project, 'pgbouncer')).startedAt).not.toBe(startedAt);
      await runningSetting(project, 'default_pool_size');
    });
    const { id } = await inspectContainer(project, 'pgbouncer');
    const { stdout } = await project.ecar(['verify', '--env', 'prod', '--wait'], { code: 1 });
    expect(stdout).toMatch(/^FAIL {2}container pgbouncer — .*ended and was restarted once/m);
    await project.set({ pgbouncer: { default_pool_size: 41 } });
    expect((await deploy(project)).stdout).toMatch(/^prod works/m);
    expect((await rollback(project)).stdout).toMatch(/^prod works/m);
    expect((await inspectContainer(project, 'pgbouncer')).id).toBe(id);
    await project.compose(['restart', 'pgbouncer']);
  });

  it('must keep five sets and no more, for their owner alone', async () => {
    const project = useStack();
    for (const size of [31, 32, 33, 34, 35, 36]) {
      await project.set({ pgbouncer: { default_pool_size: size } });
      await deploy(project);
    }
    expect(await readdir(project.path(`${STATE}/history`))).toHaveLength(5);
    for (const name of await readdir(project.path(STATE), { recursive: true })) {
      const found = statSync(project.path(join(STATE, name)));
      if (found.isDirectory()) expect(found.mode & 0o077, name).toBe(0);
    }
    expect((await readdir(project.path(STATE))).sort()).toEqual(['history', 'standing.json', 'trail']);
  });

  it('must refuse while another one is at work, and take over from a dead one', async () => {
    const project = useStack();
    await project.set({ pgbouncer: { default_pool_size: 41 } });
    const main = `${inject('installed')}/dist/main.cjs`;
    const args = [main, 'deploy', '--env', 'prod', '--yes'];
    const first = spawn(process.execPath, args, { cwd: project.folder, stdio: 'ignore' });
    const ended = once(first, 'close');
    await eventually(async () => expect(existsSync(project.path(`${STATE}/journal.json`))).toBe(true));
    first.kill('SIGSTOP');
    for (const command of ['deploy', 'rollback', 'render']) {
      const yes = command === 'render' ? [] : ['--yes'];
      await project.set({ pgbouncer: { default_pool_size: 42 } });
      const { stderr } = await project.ecar([command, '--env', 'prod', ...yes], { code: 3 });
      expect(stderr).toMatch(new RegExp(`the deploy that began at \\S+ \\(pid ${first.pid}\\)`));
    }
    first.kill('SIGKILL');
    await ended;
    const { stderr } = await deploy(project);
    expect(stderr).toContain(`(pid ${first.pid}), which has died`);
    expect(await runningSetting(project, 'default_pool_size')).toBe('42');
  });

  it('must prove first what a render and its commands put there, and go back to that', async () => {
    const project = useStack();
    await project.set({ pgbouncer: { default_pool_size: 51 } });
    await project.ecar(['render', '--env', 'prod']);
    await project.compose(['kill', '-s', 'HUP', 'pgbouncer']);
    await project.set({ pgbouncer: { default_pool_size: 52 } });
    const outcome = await deploy(project);
    expect(outcome.stderr).toContain('verify what runs now');
    expect(plannedKinds(outcome)).toEqual(['write', 'reload', 'verify']);
    await rollback(project);
    expect(await runningSetting(project, 'default_pool_size')).toBe('51');
  });
});

describe('a deploy over files that somebody has edited', () => {
  const useStack = useProject('edited', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await deploy(project);
  });

  it('must say which, what happens to them, and what of it may run', async () => {
    const project = useStack();
    const ini = 'stack/prod/pgbouncer/pgbouncer.ini';
    const text = (await project.read(ini)).replace('default_pool_size = 20', 'default_pool_size = 77');
    await project.write(ini, text);
    await project.compose(['kill', '-s', 'HUP', 'pgbouncer']);
    await eventually(async () => expect(await runningSetting(project, 'default_pool_size')).toBe('77'));
    const outcome = await deploy(project);
    const { stdout } = outcome;
    expect(stdout).toMatch(/^ {2}lose +pgbouncer\/pgbouncer\.ini: changed by hand since it was rendered$/m);
    expect(stdout).toContain('what the settings give takes its place');
    expect(stdout).toContain('files that may not be what runs: pgbouncer/pgbouncer.ini changed by hand');
    expect(stdout).toMatch(/^prod works/m);
    expect(await runningSetting(project, 'default_pool_size')).toBe('20');
    // The same files as those of the first deploy: there is nothing to go back to.
    const { sets } = JSON.parse((await rollback(project, ['--list', '--json'])).stdout);
    expect(sets).toHaveLength(1);
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });

  it('must put back what verified, and not them, where it fails', async () => {
    const project = useStack();
    const ini = 'stack/prod/pgbouncer/pgbouncer.ini';
    const proved = await project.read(ini);
    await project.write(ini, proved.replace(/^auth_file = .*$/m, 'auth_file = /nowhere'));
    const settings = await project.read('ecar-pool.yaml');
    await project.set({ postgres: { settings: { shared_buffers: 'nonsense' } } });
    const { stdout } = await deploy(project, [], { code: 3 });
    expect(stdout).toMatch(/^rolled back: prod works/m);
    expect(await project.read(ini)).toBe(proved);
    await project.write('ecar-pool.yaml', settings);
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });
});

describe('a deploy that fails', () => {
  const useStack = useProject('undone', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await deploy(project);
    await query(project, await appLogin(project), 'CREATE TABLE kept AS SELECT 42 AS answer');
  });

  /** Has a deploy fail, and sees that what ran before runs and verifies; then that the next deploy works. */
  async function expectUndone(
    project: Project,
    code: number,
    breakIt: () => Promise<unknown>,
    mend: () => Promise<unknown>,
  ) {
    const settings = await project.read('ecar-pool.yaml');
    const secrets = await project.read('.env.prod');
    const files = await readFiles(project.path('stack/prod'));
    const login = await appLogin(project);
    await breakIt();
    const outcome = await deploy(project, [], { code });
    await mend();
    await project.write('ecar-pool.yaml', settings);
    await project.write('.env.prod', secrets);
    expect(await readFiles(project.path('stack/prod'))).toEqual(files);
    const verified = await project.ecar(['verify', '--env', 'prod'], { code: 'any' });
    expect(verified.code, verified.stdout).toBe(0);
    expect(await query(project, login, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    const state = (await readdir(project.path(STATE))).filter((name) => name !== 'rendered');
    expect(state.sort()).toEqual(['history', 'standing.json', 'trail']);
    const next = await deploy(project);
    expect(next.stdout).toMatch(/^nothing to do/m);
    return outcome;
  }

  const nothing = async () => {};

  it('must put back what ran before where the image is missing', async () => {
    const project = useStack();
    const image = 'localhost:1/nobody/pgbouncer:1.26.1';
    const { stdout, stderr } = await expectUndone(
      project,
      3,
      () => project.set({ pgbouncer: { image } }),
      nothing,
    );
    expect(stderr).toContain('correct the image in the settings');
    expect(stdout).toMatch(/^rolled back: prod works/m);
  });

  it('must put back what ran before where the port is taken, and say so', async () => {
    const project = useStack();
    const port = await freePort();
    const server = createServer();
    const { stderr } = await expectUndone(
      project,
      3,
      async () => {
        await once(server.listen(port, '127.0.0.1'), 'listening');
        await project.set({ pgbouncer: { port } });
      },
      async () => server.close(),
    );
    expect(stderr).toContain('The port is taken on this machine');
  });

  it('must put back what verified where what a render put there never ran', async () => {
    const project = useStack();
    const image = 'localhost:1/nobody/pgbouncer:1.26.1';
    const { stdout } = await expectUndone(
      project,
      3,
      async () => {
        await project.set({ pgbouncer: { image } });
        await project.ecar(['render', '--env', 'prod']);
      },
      nothing,
    );
    expect(stdout).toMatch(/^rolled back: prod works/m);
  });

  it('must put back what ran before where Postgres does not start', async () => {
    const project = useStack();
    const { stderr } = await expectUndone(
      project,
      3,
      () => project.set({ postgres: { settings: { shared_buffers: 'nonsense' } } }),
      nothing,
    );
    expect(stderr).toContain('failed: recreate');
    // What it said goes with the container.
    expect(stderr).toMatch(
      /log: the last lines of postgres, which is not up\n.*\n(?:.*\n)*? {4}.*"shared_buffers".*nonsense/,
    );
    expect(stderr.match(/^ {4}\S/gm)?.length).toBeLessThanOrEqual(10);
  });

  it('must put back what ran before, its passwords in Postgres too, where what comes after them fails', async () => {
    const project = useStack();
    const { stderr } = await expectUndone(
      project,
      1,
      async () => {
        await project.write('.env.prod', `${await project.read('.env.prod')}DB_PASSWORD='rotated'\n`);
        // The Postgres of the stack has none.
        await project.set({ pgbouncer: { server_tls_sslmode: 'require' } });
      },
      nothing,
    );
    expect(stderr).toMatch(/FAIL {2}/);
  });

  it('must change nothing where no backup can be made', async () => {
    const project = useStack();
    const { stderr } = await expectUndone(
      project,
      3,
      async () => {
        await rm(project.path('backups'), { recursive: true, force: true });
        await project.write('backups', 'a file in the way');
        await project.write('.env.prod', `${await project.read('.env.prod')}DB_PASSWORD='rotated'\n`);
      },
      () => rm(project.path('backups')),
    );
    expect(stderr).toContain('no backup could be made, and nothing was changed');
    expect(stderr).toContain('--no-backup');
  });

  it('must undo all on Ctrl-C, and exit 130', async () => {
    const project = useStack();
    const main = `${inject('installed')}/dist/main.cjs`;
    const before = await readFiles(project.path('stack/prod'));
    const settings = await project.read('ecar-pool.yaml');
    await project.set({ pgbouncer: { pkt_buf: 8192 } });
    const args = [main, 'deploy', '--env', 'prod', '--yes'];
    const child = spawn(process.execPath, args, { cwd: project.folder });
    let said = '';
    let wasTold = false;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
        if (/\.\.\. +recreate/.test(said) && !wasTold) wasTold = child.kill('SIGINT');
      });
    const [code] = await once(child, 'close');
    expect(code, said).toBe(130);
    expect(said).toMatch(/^rolled back: prod works/m);
    expect(await readFiles(project.path('stack/prod'))).toEqual(before);
    await project.write('ecar-pool.yaml', settings);
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });
});

describe('a deploy before a Postgres that someone else runs', () => {
  let postgres: ExternalPostgres;
  beforeAll(async () => {
    postgres = await ExternalPostgres.start();
  });
  afterAll(() => postgres.remove());
  const useStack = useProject('undonext', async (project) => {
    await project.ecar([
      ...['init', '--yes', '--name', project.name, '--postgres-host', postgres.name],
      ...['--auth-type', 'md5', '--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    await project.set({
      network: { name: postgres.name, external: true },
      pgbouncer: { port: project.port },
    });
    await postgres.createByHand(project, 'md5');
    await deploy(project);
  });

  it('must put back what ran before where the password is not the one of the server', async () => {
    const project = useStack();
    const secrets = await project.read('.env.prod');
    await project.write('.env.prod', `${secrets}DB_PASSWORD='not-the-servers'\n`);
    // The testbed has no image for a dump of it.
    const { stdout, stderr } = await deploy(project, ['--no-backup'], { code: 1 });
    expect(stderr).toContain('going on without it');
    expect(stderr).toMatch(/^FAIL {2}login/m);
    expect(stdout).toMatch(/^rolled back: prod works/m);
    await project.write('.env.prod', secrets);
    expect((await deploy(project)).stdout).toMatch(/^nothing to do/m);
  });
});

describe('a deploy on a disk that is full', () => {
  const useStack = useProject('full', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await mkdir(project.path('stack'), { recursive: true });
    await project.run('mount', ['-t', 'tmpfs', '-o', 'size=640k', 'tmpfs', project.path('stack')]);
    await deploy(project);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'must go back or not begin, wherever room runs out',
    async () => {
      const project = useStack();
      try {
        const settings = await project.read('ecar-pool.yaml');
        const outcomes = new Map<number, number>();
        for (let left = 0; left <= 400; left += 8) {
          await project.write('ecar-pool.yaml', settings);
          const filler = project.path('stack/filler');
          await project.shell(
            `free=$(df -k --output=avail stack | tail -1); n=$((free - ${left})); [ $n -gt 0 ] && head -c $((n * 1024)) /dev/zero > stack/filler || true`,
          );
          const before = await readFiles(project.path('stack/prod'));
          await project.set({ pgbouncer: { default_pool_size: 60 + left } });
          const { code, stderr } = await deploy(project, [], { code: 'any' });
          outcomes.set(left, code);
          await rm(filler, { force: true });
          expect([0, 3], `with ${left} KiB left: ${stderr}`).toContain(code);
          if (code === 0) break;
          expect(await readFiles(project.path('stack/prod')), `with ${left} KiB left`).toEqual(before);
        }
        console.log('KiB left and exit code:', JSON.stringify([...outcomes]));
        expect([...outcomes.values()]).toContain(3);
        expect([...outcomes.values()].at(-1)).toBe(0);
        const verified = await project.ecar(['verify', '--env', 'prod'], { code: 'any' });
        expect(verified.code, verified.stdout).toBe(0);
      } finally {
        await project.compose(['down', '-v']);
        await project.run('umount', [project.path('stack')]);
      }
    },
    400_000,
  );
});
