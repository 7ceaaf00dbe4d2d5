import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connect, starterSecrets } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

/** A few show that it runs; ECAR_POOL_BUDGET_CASES=200 is what the bound was proved with. */
const CASES = Number(process.env['ECAR_POOL_BUDGET_CASES'] ?? 5);
/** Another one makes other cases: each is told where it fails. */
const SEED = Number(process.env['ECAR_POOL_BUDGET_SEED'] ?? 20261123);

const USERS = ['web', 'worker', 'report'];
/** Seconds that each client holds its server connection, and that backends are counted. */
const HOLD_S = 4;

/** Numbers from 0 to 1 in an order that the seed decides (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Case {
  readonly databases: Readonly<Record<string, { readonly users: readonly string[] }>>;
  readonly users: Readonly<Record<string, object>>;
  readonly pgbouncer: object;
  /** With caps on both sides, which pool is served first decides how far they are used. */
  readonly isFilled: boolean;
}

function createCase(random: () => number): Case {
  const from = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const some = (chance: number, values: object) => (random() < chance ? values : {});
  const kind = from(0, 3);
  const [capsDatabases, capsUsers] = [kind === 1 || kind === 3, kind === 2 || kind === 3];
  const databases = Object.fromEntries(
    Array.from({ length: from(1, 3) }, (_, index) => {
      const first = from(0, 2);
      const users = Array.from({ length: from(1, 3) }, (_, step) => USERS[(first + step) % 3] ?? '');
      const own = {
        ...some(0.4, { pool_size: from(1, 6) }),
        ...some(0.3, { reserve_pool_size: from(0, 3) }),
        ...some(capsDatabases ? 0.8 : 0, { max_db_connections: from(1, 12) }),
      };
      return [`entry_${index}`, { dbname: 'shop', users, ...own }];
    }),
  );
  const users = Object.fromEntries(
    USERS.map((name) => [name, some(capsUsers ? 0.7 : 0, { max_user_connections: from(1, 9) })]),
  );
  const pgbouncer = {
    default_pool_size: from(1, 6),
    reserve_pool_size: from(0, 3),
    ...some(capsDatabases ? 0.5 : 0, { max_db_connections: from(4, 12) }),
    ...some(capsUsers ? 0.5 : 0, { max_user_connections: from(4, 12) }),
    reserve_pool_timeout: random() < 0.2 ? 0 : 0.3,
  };
  return { databases, users, pgbouncer, isFilled: !(capsDatabases && capsUsers) };
}

describe('the connection budget', () => {
  const useStack = useProject('budget', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await apply(project, {
      databases: { shop: { users: USERS } },
      users: {},
      pgbouncer: {},
      isFilled: true,
    });
    await project.compose(['up', '-d', '--wait']);
  });

  it(
    `must bound the backends of ${CASES} random settings under load, and be reached`,
    async () => {
      const project = useStack();
      const random = createRandom(SEED);
      const seen: string[] = [];
      for (let index = 0; index < CASES; index++) {
        const drawn = createCase(random);
        const about = `seed ${SEED}, case ${index}: ${JSON.stringify(drawn)}`;
        await project.docker(['kill', `${project.name}_pgbouncer`]);
        await apply(project, drawn);
        await endBackends(project);
        await project.docker(['start', `${project.name}_pgbouncer`]);
        const { total, pools } = JSON.parse((await project.ecar(['size', '--env', 'prod', '--json'])).stdout);
        const most = await countUnderLoad(project, pools);
        seen.push(`${most}/${total}${drawn.isFilled ? '' : ' (two caps)'}`);
        expect(most, about).toBeLessThanOrEqual(total);
        if (drawn.isFilled) expect(most, about).toBeGreaterThanOrEqual(0.75 * total);
      }
      console.log(`backends of the bound: ${seen.join(', ')}`);
    },
    60_000 + CASES * 40_000,
  );
});

/** Renders the settings of a case; what `init` wrote of databases, users and sizes gives way. */
async function apply(project: Project, { databases, users, pgbouncer }: Case): Promise<void> {
  const password = { env: 'DB_PASSWORD' };
  const none = { min_pool_size: undefined, max_db_connections: undefined, max_user_connections: undefined };
  await project.set({ databases: undefined, users: undefined, pgbouncer: none });
  await project.set({
    databases,
    users: {
      ...Object.fromEntries(USERS.map((name) => [name, { password, ...users[name] }])),
      pgbouncer: { password: { env: 'PGBOUNCER_ADMIN_PASSWORD' }, role: 'admin' },
    },
    environments: { prod: {} },
    pgbouncer: { max_client_conn: 400, ...pgbouncer },
  });
  await project.ecar(['render', '--env', 'prod']);
}

interface Pool {
  readonly database: string;
  readonly user: string;
  readonly size: number;
  readonly reserve: number;
}

/** The most backends at once while each pool has more clients than it may have connections. */
async function countUnderLoad(project: Project, pools: readonly Pool[]): Promise<number> {
  const { DB_PASSWORD: password = '' } = await starterSecrets(project);
  const [first] = pools;
  if (first === undefined) throw new Error('a case without a pool');
  await eventually(async () => {
    const client = await connect(project, { user: first.user, password, database: first.database });
    await client.end();
  });
  const counted = countBackends(project);
  const clients = pools.flatMap(({ database, user, size, reserve }) =>
    Array.from({ length: size + reserve + 2 }, async () => {
      const client = await connect(project, { user, password, database });
      // Ends with PgBouncer, when the next case begins.
      client.query(`SELECT pg_sleep(${HOLD_S * 10})`).catch(() => {});
      return client;
    }),
  );
  const settled = Promise.allSettled(clients);
  const most = await counted;
  for (const outcome of await settled)
    if (outcome.status === 'fulfilled') outcome.value.end().catch(() => {});
  return most;
}

const OURS = `usename = ANY ('{${USERS.join(',')}}')`;

async function countBackends(project: Project): Promise<number> {
  const { stderr } = await psql(
    project,
    `DO $$ DECLARE most int := 0; BEGIN
       FOR look IN 1..${HOLD_S * 10} LOOP
         PERFORM pg_stat_clear_snapshot();
         most := greatest(most, (SELECT count(*) FROM pg_stat_activity WHERE ${OURS}));
         PERFORM pg_sleep(0.1);
       END LOOP;
       RAISE NOTICE 'most: %', most;
     END $$`,
  );
  return Number(/most: (\d+)/.exec(stderr)?.[1]);
}

/** Backends outlive the PgBouncer that was killed; those of the last case are none of the next. */
async function endBackends(project: Project): Promise<void> {
  await psql(project, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE ${OURS}`);
  await sleep(100);
}

function psql(project: Project, statement: string) {
  const postgres = `${project.name}_postgres`;
  return project.docker([
    'exec',
    postgres,
    'psql',
    '-X',
    '-U',
    'postgres',
    '-v',
    'ON_ERROR_STOP=1',
    '-c',
    statement,
  ]);
}
