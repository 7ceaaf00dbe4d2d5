import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMAGES } from './support/images.ts';
import { type Moment, startAndKill } from './support/killed.ts';
import { failingChecks } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { Prometheus } from './support/prometheus.ts';
import { type Files, hasStaging, isSame, readFiles } from './support/rendered-files.ts';
import { useProject } from './support/use-project.ts';

/** Settings and the files that they give. */
interface State {
  readonly settings: string;
  readonly files: Files;
}

const FOLDER = 'stack/prod';
const RENDER = ['render', '--env', 'prod'];
const KILLS = 60;

describe('a render that is killed', () => {
  const states: State[] = [];
  const useStack = useProject('kill', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    const users = [`${project.name}_user`];
    const names = Array.from({ length: 200 }, (_, index) => `db${index}`);
    await project.set({
      postgres: { max_connections: 10_000 },
      databases: Object.fromEntries(names.map((name) => [name, { users }])),
    });
    // Brings files that have no place for a mark.
    await Prometheus.switchOn(project);
    await project.set({ monitoring: { grafana: { password: { env: 'DB_PASSWORD' } } } });
    states.push(await render(project));
    // Changes every file, and needs one file no more.
    await project.set({ postgres: undefined, name: `${project.name}b`, pgbouncer: { pool_mode: 'session' } });
    await project.set({ postgres: { host: 'db.example.com' } });
    await project.set({ users: { stats: { password: { env: 'DB_PASSWORD' } } } });
    await project.set({ monitoring: { grafana: { password: { env: 'PGBOUNCER_ADMIN_PASSWORD' } } } });
    states.push(await render(project));
  });

  it(`must leave whole files, and never a mix that passes for the new set, ${KILLS} times`, async () => {
    const project = useStack();
    const folder = project.path(FOLDER);
    await rm(folder, { recursive: true });
    const began = performance.now();
    await render(project);
    const durationMs = Math.ceil(performance.now() - began);
    // While it reads and plans, while it writes beside the old files, while it puts the new ones in place.
    const staging = (pid: number) => join(folder, `.ecar-pool-staging-${pid}`);
    const moments: (() => Moment)[] = [
      () => ({ delayMs: Math.random() * durationMs }),
      () => ({ delayMs: Math.random() * 15, after: (pid) => existsSync(staging(pid)) }),
      () => ({ delayMs: Math.random() * 3, after: (pid) => existsSync(join(staging(pid), '0.old')) }),
    ];
    const outcomes: Record<string, number> = {};

    for (let count = 0; count < KILLS; count++) {
      // From the old set to the new one, then back; each tenth from nothing.
      const { settings, files: wanted } = states[count % 2] as State;
      if (count % 10 === 9) await rm(folder, { recursive: true });
      const before = await readFiles(folder);
      await project.write('ecar-pool.yaml', settings);
      const moment = moments[count % moments.length] as () => Moment;
      await startAndKill(project, RENDER, moment());

      const found = await readFiles(folder);
      const isNew = isSame(found, wanted);
      const outcome = `${isNew ? 'new' : isSame(found, before) ? 'old' : 'mix'}${hasStaging(folder) ? ', staging left' : ''}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      for (const [path, text] of found) {
        // While the render was at work, it vouched for old and new ones.
        if (path === '.ecar-pool.json') continue;
        const isWhole = text === before.get(path) || text === wanted.get(path);
        expect(isWhole, `${path} after kill ${count}`).toBe(true);
      }
      const { code } = await project.ecar([...RENDER, '--check'], { code: 'any' });
      expect(code, `exit code of --check after kill ${count}, which left ${outcome}`).toBe(isNew ? 0 : 1);
      if (outcome.startsWith('mix')) expect(await failingChecks(project)).toContain('files');

      await project.ecar(RENDER);
      expect(isSame(await readFiles(folder), wanted), `all is new after kill ${count}`).toBe(true);
      expect(hasStaging(folder), `no staging is left after kill ${count}, which left ${outcome}`).toBe(false);
    }
    console.log(`Killed ${KILLS} renders that take ${durationMs} ms: ${JSON.stringify(outcomes)}`);
  }, 400_000);
});

async function render(project: Project): Promise<State> {
  await project.ecar(RENDER);
  return {
    settings: await project.read('ecar-pool.yaml'),
    files: await readFiles(project.path(FOLDER)),
  };
}
