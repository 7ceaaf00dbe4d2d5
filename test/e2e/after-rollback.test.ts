import { appendFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runningSetting } from './support/database.ts';
import { deploy, rollback } from './support/deploy.ts';
import { IMAGES } from './support/images.ts';
import { printedCommands, renderAndFollow } from './support/next-steps.ts';
import { useProject } from './support/use-project.ts';

const VERIFY = ['verify', '--env', 'prod'];
const RENDER = ['render', '--env', 'prod'];

describe('after a rollback', () => {
  const useStack = useProject('aback', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await deploy(project);
    await project.set({ pgbouncer: { default_pool_size: 21 } });
    await deploy(project);
    await rollback(project);
  });

  it('must prove what was put back, and say that the settings are ahead of it', async () => {
    const { stdout } = await useStack().ecar(VERIFY);
    const [, time] =
      /^WARN {2}settings — rolled back to the set of (\S+); the settings are ahead of it in \.env, pgbouncer\/pgbouncer\.ini$/m.exec(
        stdout,
      ) ?? [];
    expect(stdout).toContain('see what they would change with ecar-pool deploy --env prod --dry-run');
    expect(stdout).toMatch(/^prod works: \d+ ok, 1 warning$/m);
    const json = JSON.parse((await useStack().ecar([...VERIFY, '--json'])).stdout);
    expect(json).toMatchObject({ ok: true, rolledBackTo: time });
    expect(json.checks).toContainEqual(expect.objectContaining({ id: 'rolled-back', status: 'warn' }));
    await useStack().ecar([...VERIFY, '--strict', '--quiet'], { code: 1 });
  });

  it('must mend an edit with that set, and not with the settings', async () => {
    const project = useStack();
    await appendFile(project.path('stack/prod/pgbouncer/pgbouncer.ini'), '; edited\n');
    const { stdout } = await project.ecar(VERIFY, { code: 1 });
    const [, fix = ''] = /fix: run (ecar-pool rollback --env prod --to \S+)$/m.exec(stdout) ?? [];
    await project.shell(`${fix} --yes`);
    await project.ecar(VERIFY);
    expect(await runningSetting(project, 'default_pool_size')).toBe('20');
  });

  it('must go by the settings again once they are what runs', async () => {
    const project = useStack();
    await deploy(project);
    expect((await project.ecar([...VERIFY, '--strict'])).stdout).toMatch(/^prod works: \d+ ok$/m);
  });

  it('must know that a deploy that failed went back, until the settings do, too', async () => {
    const project = useStack();
    const settings = await project.read('ecar-pool.yaml');
    await project.set({ pgbouncer: { image: 'localhost:1/nobody/pgbouncer:1.26.1' } });
    await deploy(project, [], { code: 3 });
    expect((await project.ecar(VERIFY)).stdout).toMatch(/^WARN {2}settings — rolled back to the set of/m);
    await project.write('ecar-pool.yaml', settings);
    await project.ecar([...VERIFY, '--strict']);
    // From here on an edit is one that nobody has rendered.
    await project.set({ pgbouncer: { default_pool_size: 22 } });
    expect((await project.ecar(VERIFY, { code: 1 })).stdout).toContain(
      'fix: run ecar-pool render --env prod',
    );
  });
});

describe('the steps of a render that nobody followed', () => {
  const useStack = useProject('unrun', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await renderAndFollow(project);
  });

  it('must be told by the next ones, until a verify has passed', async () => {
    const project = useStack();
    expect((await project.ecar(RENDER)).stdout).not.toContain('docker compose');
    await project.set({ pgbouncer: { pkt_buf: 8192 } });
    const first = printedCommands(await project.ecar(RENDER));
    const [up, reload, verify] = [' up -d --wait', ' kill -s HUP pgbouncer', VERIFY.join(' ')];
    expect(first).toEqual([up, verify].map((part) => expect.stringContaining(part)));

    await project.set({ pgbouncer: { default_pool_size: 23 }, users: { stats: { pool_mode: 'session' } } });
    const second = printedCommands(await project.ecar(RENDER));
    expect(second).toEqual([up, reload, verify].map((part) => expect.stringContaining(part)));
    const failing = await project.ecar(VERIFY, { code: 1 });
    expect(failing.stdout).toContain('SHOW USERS — stats: pool_mode is empty, rendered session');
    const { stdout } = await project.ecar([...RENDER, '--json']);
    const { written, next } = JSON.parse(stdout) as { written: boolean; next: { command: string }[] };
    expect({ written, next: next.map(({ command }) => command) }).toEqual({ written: false, next: second });
    expect((await project.ecar([...RENDER, '--check'])).stdout).not.toContain('docker compose');

    for (const command of second) await project.shell(command);
    expect(await runningSetting(project, 'pkt_buf')).toBe('8192');
    expect((await project.ecar(RENDER)).stdout).not.toContain('docker compose');
  });
});
