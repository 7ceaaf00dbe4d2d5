import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BudgetFacts, countBudget, countCapacity } from '../../src/stack/budget.ts';
import { explainBudget } from '../../src/stack/explain-budget.ts';
import { fitBudget, withValue } from '../../src/stack/fit-budget.ts';
import { proposeSizes } from '../../src/stack/propose-sizes.ts';
import { inspect, POSTGRES, settingsWith } from './support.ts';

const keys = (values: Readonly<Record<string, number | string>>) =>
  new Map(Object.entries(values).map(([key, value]) => [key, String(value)]));

interface Given {
  readonly databases: Readonly<Record<string, { users: string[] } & Record<string, unknown>>>;
  readonly users?: Readonly<Record<string, Record<string, number>>>;
  readonly settings?: Record<string, number>;
  readonly askers?: BudgetFacts['askers'];
  readonly processes?: number;
}

function factsOf({ databases, users = {}, settings = {}, askers = [], processes = 1 }: Given): BudgetFacts {
  return {
    databases: Object.entries(databases).map(([name, { users: listed, ...own }]) => ({
      name,
      users: listed,
      settings: keys(own as Record<string, number | string>),
    })),
    users: Object.entries(users).map(([name, own]) => ({ name, settings: keys(own) })),
    askers,
    settings: keys(settings),
    processes,
  };
}

const total = (given: Given) => countBudget(factsOf(given)).total;

describe('the most that the pools may open', () => {
  it.each<[string, number, Given]>([
    ['a pool of the default size', 20, { databases: { a: { users: ['u'] } } }],
    ['a pool for each user', 40, { databases: { a: { users: ['u', 'v'] } } }],
    [
      'a pool for each entry, aliases of one database too',
      40,
      { databases: { a: { users: ['u'] }, b: { users: ['u'] } } },
    ],
    ['the reserve', 25, { databases: { a: { users: ['u'] } }, settings: { reserve_pool_size: 5 } }],
    [
      'no reserve where its timeout is 0',
      20,
      { databases: { a: { users: ['u'] } }, settings: { reserve_pool_size: 5, reserve_pool_timeout: 0 } },
    ],
    ['the size of an entry before the default', 7, { databases: { a: { users: ['u'], pool_size: 7 } } }],
    [
      'the size of a user before that of an entry',
      3,
      { databases: { a: { users: ['u'], pool_size: 7 } }, users: { u: { pool_size: 3 } } },
    ],
    [
      'the reserve of an entry under its old name',
      24,
      { databases: { a: { users: ['u'], reserve_pool: 4 } } },
    ],
    [
      'no more than the cap of an entry',
      30,
      { databases: { a: { users: ['u', 'v'], max_db_connections: 30 } } },
    ],
    [
      'no more than the cap of each user over all entries',
      8,
      { databases: { a: { users: ['u', 'v'] }, b: { users: ['u'] } }, settings: { max_user_connections: 4 } },
    ],
    // Of the two sums the smaller one: neither cap gives way to the other.
    [
      'the smaller one of both caps',
      5,
      {
        databases: { a: { users: ['u', 'v'], max_db_connections: 5 } },
        users: { u: { max_user_connections: 4 }, v: { max_user_connections: 4 } },
      },
    ],
    [
      'no limit for a size of 0',
      Infinity,
      { databases: { a: { users: ['u'] } }, settings: { default_pool_size: 0 } },
    ],
    [
      'the cap of a pool without a limit',
      9,
      { databases: { a: { users: ['u'] } }, settings: { default_pool_size: 0, max_db_connections: 9 } },
    ],
    [
      'one pool for an entry with a forced user, under the limits of that one',
      4,
      {
        databases: { a: { users: ['u', 'v'], user: 'w' } },
        users: { u: { max_user_connections: 1 }, w: { pool_size: 4 } },
      },
    ],
    [
      'a pool of an auth_user in each entry through which it asks, and none twice',
      43,
      {
        databases: { a: { users: ['u'] }, b: { users: ['u', 'asker'], pool_size: 10 } },
        users: { asker: { pool_size: 3 } },
        settings: { default_pool_size: 27 },
        askers: [
          { database: 'a', user: 'asker' },
          { database: 'b', user: 'asker' },
          { database: 'elsewhere', user: 'asker' },
        ],
      },
    ],
    ['each process by itself', 60, { databases: { a: { users: ['u'] } }, processes: 3 }],
  ])('must be counted with %s: %d', (_, expected, given) => {
    expect(total(given)).toBe(expected);
  });

  it('must leave what Postgres keeps for superusers, for roles with a reserve, and for those who come past', () => {
    const settings = new Map([
      ['SUPERUSER_reserved_connections', '5'],
      ['reserved_connections', '2'],
    ]);
    expect(countCapacity({ max_connections: 100, settings, direct_connections: 10 })).toMatchObject({
      usable: 93,
      available: 83,
    });
  });
});

describe('the smallest change that fits', () => {
  const entry = fc.record({
    users: fc.subarray(['u', 'v', 'w'], { minLength: 1 }),
    own: fc.record(
      {
        pool_size: fc.integer({ min: 1, max: 60 }),
        reserve_pool_size: fc.integer({ min: 0, max: 20 }),
        max_db_connections: fc.integer({ min: 0, max: 90 }),
      },
      { requiredKeys: [] },
    ),
  });
  const given = fc.record({
    entries: fc.array(entry, { minLength: 1, maxLength: 4 }),
    settings: fc.record({
      default_pool_size: fc.integer({ min: 1, max: 60 }),
      reserve_pool_size: fc.integer({ min: 0, max: 20 }),
    }),
    cap: fc.integer({ min: 0, max: 80 }),
    available: fc.integer({ min: 1, max: 150 }),
  });

  it('must fit, and one more must not', () => {
    fc.assert(
      fc.property(given, ({ entries, settings, cap, available }) => {
        const facts = factsOf({
          databases: Object.fromEntries(
            entries.map(({ users, own }, index) => [`d${index}`, { users, ...own }]),
          ),
          users: { u: { max_user_connections: cap } },
          settings,
        });
        if (countBudget(facts).total <= available) return;
        const change = fitBudget(facts, available, true);
        if (change === undefined) return;
        const totalWith = (value: number) => countBudget(withValue(facts, change.path, value)).total;
        expect(totalWith(change.to)).toBe(change.total);
        expect(change.total).toBeLessThanOrEqual(available);
        expect(totalWith(change.to + 1)).toBeGreaterThan(available);
        expect(change.to).toBeLessThan(change.from);
      }),
    );
  });

  it('must be the one that leaves the pools the most', () => {
    const facts = factsOf({
      databases: { a: { users: ['u'] }, b: { users: ['u'] }, c: { users: ['u'] } },
      settings: { default_pool_size: 30, reserve_pool_size: 10 },
    });
    // 3 x (30 + 10) = 120: by the reserve 3 x (30 + 6) = 108 of 110, by the size the same 108; the reserve is first.
    expect(fitBudget(facts, 110, true)).toEqual({
      path: ['pgbouncer', 'reserve_pool_size'],
      from: 10,
      to: 6,
      total: 108,
    });
  });

  it('must be that of the pools by which an auth_user asks, where it does', () => {
    const given = (askers: BudgetFacts['askers']) =>
      factsOf({
        databases: { a: { users: ['u'], pool_size: 25 }, b: { users: ['u', 'v'] } },
        users: { asker: {}, v: {} },
        settings: { reserve_pool_size: 1 },
        askers,
      });
    const facts = given(['a', 'b'].map((database) => ({ database, user: 'asker' })));
    // 26 + 21 + 21 for the clients, and 26 + 21 for the asker.
    expect(countBudget(facts).total).toBe(115);
    const path = ['users', 'asker', 'pool_size'];
    expect(fitBudget(facts, 112, true)).toEqual({ path, from: 25, to: 21, total: 112 });
    expect(fitBudget(facts, 72, true)).toEqual({ path, from: 25, to: 1, total: 72 });
    expect(fitBudget(facts, 71, true)?.path).not.toEqual(path);
    expect(fitBudget(facts, 112, false)?.path).not.toEqual(path);
    // Its pools are those of clients, too.
    const client = given([{ database: 'a', user: 'v' }]);
    expect(fitBudget(client, 90, true)?.path).not.toContain('v');
  });

  it('must be none where no single setting is enough', () => {
    const facts = factsOf({
      databases: { a: { users: ['u'], pool_size: 50 }, b: { users: ['u'], pool_size: 50 } },
    });
    expect(fitBudget(facts, 10, true)).toBeUndefined();
  });
});

describe('entries on other servers', () => {
  const OWN = 'ecar_db: { users: [ecar_user] }';
  const codes = async (databases: string) =>
    (await inspect(settingsWith({ databases }))).problems.map(({ code }) => code);

  it.each([
    ['another host', 'host: other.example.com'],
    ['another port of this one', 'port: 5433'],
  ])('must not be held against this one: %s', async (_, where) => {
    expect(await codes(`${OWN}\n  far: { ${where}, users: [ecar_user], pool_size: 500 }`)).not.toContain(
      'over-budget',
    );
  });

  it('must count where they name this one', async () => {
    expect(await codes(`${OWN}\n  near: { host: postgres, users: [ecar_user], pool_size: 500 }`)).toContain(
      'over-budget',
    );
  });
});

describe('an over-budget finding', () => {
  it('must show the arithmetic line by line, and the smallest change', async () => {
    const databases =
      'ecar_db: { users: [ecar_user], max_db_connections: 60 }\n  ecar_admin: { dbname: ecar_db, users: [ecar_user], pool_size: 5 }';
    const { problems } = await inspect(
      settingsWith({
        postgres: `${POSTGRES}, max_connections: 70, direct_connections: 4`,
        databases,
        pgbouncer: 'default_pool_size: 50, reserve_pool_size: 20',
      }),
    );
    expect(problems[0]).toMatchObject({
      code: 'over-budget',
      severity: 'error',
      message: 'the pools may open 85 server connections, and Postgres has 63 for them',
      hint: 'set `pgbouncer.reserve_pool_size: 4` instead of 20, or `postgres.max_connections: 92`',
      at: { line: 2 },
      details: [
        'ecar_db as ecar_user           50 + 20 in reserve = 70',
        'ecar_admin as ecar_user        5 + 20 in reserve = 25',
        'ecar_db by max_db_connections  60 instead of 70',
        'the pools at most              85',
        'Postgres has for them          70 max_connections - 3 superuser_reserved_connections - 4 direct_connections = 63',
      ],
    });
  });

  it.each([
    ['1.26.1', 'users.asker.pool_size: 10', ', pool_size: 10', ''],
    ['1.22.1', 'pgbouncer.default_pool_size: 15', '', ', default_pool_size: 15'],
  ])(
    'must name fewer connections for an auth_user where PgBouncer %s knows them: %s',
    async (version, fix, own, global) => {
      const databases = ['a', 'b', 'c'].map((name) => `${name}: { users: [ecar_user] }`).join('\n  ');
      const overBudget = async (ofUser: string, ofAll: string) => {
        const users = `ecar_user: { password: { env: DB_PASSWORD } }
  asker: { password: { env: OTHER_PASSWORD }${ofUser} }`;
        const pgbouncer = `image: 'edoburu/pgbouncer:v${version}-p0', auth_user: asker${ofAll}`;
        const { problems } = await inspect(settingsWith({ databases, users, pgbouncer }));
        expect(problems.map(({ code }) => code)).not.toContain('setting-version');
        return problems.find(({ code }) => code === 'over-budget');
      };
      expect(await overBudget('', '')).toMatchObject({
        hint: `set \`${fix}\` instead of 20, or \`postgres.max_connections: 128\``,
      });
      expect(await overBudget(own, global)).toBeUndefined();
    },
  );

  it('must stay readable with ten thousand pools', () => {
    const users = Array.from({ length: 10_000 }, (_, index) => `u${index}`);
    const budget = countBudget(factsOf({ databases: { a: { users } } }));
    expect(explainBudget(budget, undefined).length).toBeLessThan(20);
  });
});

describe('proposed sizes', () => {
  const facts = factsOf({ databases: { a: { users: ['u'] } }, settings: { max_client_conn: 40 } });
  const capacity = countCapacity({ max_connections: 100, settings: new Map(), direct_connections: 5 });
  const sizes = (...args: Parameters<typeof proposeSizes>) =>
    Object.fromEntries(proposeSizes(...args).map(({ path, to }) => [path.at(-1), to]));

  it('must let in every worker twice over', () => {
    expect(sizes(facts, capacity, { workers: 8, threads: 4 })).toMatchObject({ max_client_conn: 70 });
    expect(sizes(facts, capacity, { workers: 5, threads: 4 })).not.toHaveProperty('max_client_conn');
  });

  it('must go by the cores, by the clients where they are fewer, and by what Postgres has', () => {
    expect(sizes(facts, capacity, { cores: 8 })).toMatchObject({
      default_pool_size: 17,
      reserve_pool_size: 8,
    });
    expect(sizes(facts, capacity, { cores: 8, workers: 6 })).toMatchObject({ default_pool_size: 6 });
    expect(sizes(facts, capacity, { cores: 64 })).toMatchObject({
      default_pool_size: 61,
      reserve_pool_size: 30,
    });
  });

  it('must propose nothing where nothing is known and all fits', () => {
    expect(proposeSizes(facts, capacity, {})).toEqual([]);
  });

  it('must make what does not fit fit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 10, max: 200 }),
        (size, max_connections) => {
          const large = factsOf({
            databases: { a: { users: ['u'] }, b: { users: ['u', 'v'] } },
            settings: { default_pool_size: size, reserve_pool_size: 10 },
          });
          const small = countCapacity({ max_connections, settings: new Map(), direct_connections: 0 });
          const changed = proposeSizes(large, small, {}).reduce(
            (at, { path, to }) => withValue(at, path, to),
            large,
          );
          // Three pools of one connection are the least that there can be.
          expect(countBudget(changed).total).toBeLessThanOrEqual(Math.max(3, small.available));
        },
      ),
    );
  });
});

describe('pools that no setting tells of', () => {
  const tell = async (databases: string, pgbouncer: string) => {
    const users =
      'ecar_user: { password: { env: DB_PASSWORD } }\n  asker: { password: { env: OTHER_PASSWORD } }';
    const { problems } = await inspect(settingsWith({ databases, users, pgbouncer }));
    expect(problems.map(({ code }) => code)).not.toContain('over-budget');
    return problems.find(({ code }) => code === 'uncounted-pools')?.hint;
  };
  const TWO = 'ecar_db: { users: [ecar_user] }\n  other: { users: [ecar_user] }';

  it.each([
    ['users whom auth_query finds', TWO, 'auth_user: asker, default_pool_size: 10', 'max_db_connections: 46'],
    ['databases that only clients name', "'*': { users: [ecar_user] }", '', 'max_user_connections: 92'],
  ])('must be said to fit by a cap, and fit by it: %s', async (_, databases, pgbouncer, cap) => {
    expect(await tell(databases, pgbouncer)).toContain(`\`${cap}\``);
    const more = [pgbouncer, cap].filter(Boolean).join(', ');
    expect(await tell(databases, more)).toBeUndefined();
    const [key, most] = cap.split(': ');
    expect(await tell(databases, more.replace(cap, `${key}: ${Number(most) + 1}`))).toBeDefined();
  });

  it('must be left alone where all who come share the pool of one user, and be bounded by nothing where both are open', async () => {
    const shared = 'ecar_db: { users: [ecar_user], user: ecar_user }';
    expect(await tell(shared, 'auth_user: asker')).toBeUndefined();
    expect(await tell("'*': { users: [ecar_user] }", 'auth_user: asker')).toMatch(/^name the databases/);
  });
});
