import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { appLogin, query } from './support/database.ts';
import { deploy, plannedKinds } from './support/deploy.ts';
import { IMAGES } from './support/images.ts';
import { type Bench, type Counts, runPgbench, startClients } from './support/load.ts';
import { useProject } from './support/use-project.ts';

const CLIENTS = 200;
const SECONDS = 20;

describe(`deploys under the load of ${CLIENTS} clients`, () => {
  const useStack = useProject('load', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await deploy(project);
    const app = await appLogin(project);
    await query(project, app, 'CREATE TABLE load AS SELECT id, 0 AS n FROM generate_series(1, 1000) AS id');
    await query(project, app, 'ALTER TABLE load ADD PRIMARY KEY (id)');
  });

  /** Has pgbench and then clients that connect again work while a deploy is made. */
  async function measure(name: string, change: (round: number) => Promise<unknown>) {
    const project = useStack();
    const login = await appLogin(project);
    const seen: { kinds: string[]; bench?: Bench; clients?: Counts; seconds: number[] } = {
      kinds: [],
      seconds: [],
    };
    const deployNow = async (round: number) => {
      await change(round);
      const began = performance.now();
      const outcome = await deploy(project);
      seen.seconds.push(Math.round((performance.now() - began) / 100) / 10);
      seen.kinds = plannedKinds(outcome);
    };
    const bench = runPgbench(project, login, { clients: CLIENTS, seconds: SECONDS });
    await sleep(5000);
    await deployNow(1);
    seen.bench = await bench;
    const end = startClients(project, await appLogin(project), CLIENTS);
    await sleep(4000);
    await deployNow(2);
    await sleep(4000);
    seen.clients = await end();
    console.log(`${name}: ${JSON.stringify(seen)}`);
    return seen as Required<typeof seen>;
  }

  it('must fail no transaction where a reload is enough', async () => {
    const project = useStack();
    const { kinds, bench, clients } = await measure('reload', (round) =>
      project.set({ pgbouncer: { default_pool_size: 20 + round, query_wait_timeout: 100 + round } }),
    );
    expect(kinds).toEqual(['write', 'reload', 'verify']);
    expect(bench).toMatchObject({ failed: 0, aborted: 0 });
    expect(bench.processed).toBeGreaterThan(5000);
    expect(clients).toMatchObject({ failed: 0, refused: 0 });
  }, 200_000);

  it('must fail no transaction of whoever is connected where a password changes', async () => {
    const project = useStack();
    const { kinds, bench, clients } = await measure('password', async (round) =>
      project.write('.env.prod', `${await project.read('.env.prod')}DB_PASSWORD='rotated${round}'\n`),
    );
    expect(kinds).toEqual(['backup', 'write', 'roles', 'reload', 'verify']);
    expect(bench).toMatchObject({ failed: 0, aborted: 0 });
    expect(clients).toMatchObject({ failed: 0, refused: 0 });
  }, 200_000);

  it('must be through with a new PgBouncer in seconds', async () => {
    const project = useStack();
    const { kinds, clients } = await measure('recreate of PgBouncer', (round) =>
      project.set({ pgbouncer: { pkt_buf: 4096 + 1024 * round } }),
    );
    expect(kinds).toEqual(['write', 'recreate', 'verify']);
    expect(clients.standstillMs).toBeLessThan(30_000);
  }, 200_000);

  it('must be through with a new Postgres in seconds', async () => {
    const project = useStack();
    const { kinds, clients } = await measure('restart of Postgres', (round) =>
      project.set({ postgres: { max_connections: 100 + round } }),
    );
    expect(kinds).toEqual(['backup', 'write', 'recreate', 'verify']);
    expect(clients.standstillMs).toBeLessThan(60_000);
  }, 200_000);
});
