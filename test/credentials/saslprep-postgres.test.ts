import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScramVerifier } from '../../src/credentials/scram.ts';
import * as tables from '../../src/credentials/stringprep-tables.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.admin.query(`
    CREATE ROLE probe LOGIN;
    SET scram_iterations = 1;
    CREATE FUNCTION store(passwords text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
    DECLARE password text;
    BEGIN
      FOREACH password IN ARRAY passwords LOOP
        EXECUTE format('ALTER ROLE probe PASSWORD %L', password);
        RETURN NEXT (SELECT rolpassword FROM pg_authid WHERE rolname = 'probe');
      END LOOP;
    END $$`);
});

afterAll(() => postgres?.stop());

/** The passwords for which Postgres's own verifier differs from ours with the same salt. */
async function findDifferences(passwords: readonly string[]): Promise<string[]> {
  const differences: string[] = [];
  for (let start = 0; start < passwords.length; start += 500) {
    const batch = passwords.slice(start, start + 500);
    const { rows } = await postgres.admin.query<{ store: string }>('SELECT store($1)', [batch]);
    expect(rows).toHaveLength(batch.length);
    const ours = await Promise.all(
      rows.map(({ store }, i) => {
        const salt = Buffer.from(/^SCRAM-SHA-256\$1:([^$]+)\$/.exec(store)?.[1] ?? '', 'base64');
        return createScramVerifier({ password: batch[i]!, salt, iterations: 1 });
      }),
    );
    differences.push(...batch.filter((_, i) => rows[i]!.store !== ours[i]));
    // Every ALTER ROLE leaves a dead row that the next one has to walk past.
    await postgres.admin.query('VACUUM pg_authid');
  }
  return differences.map((password) => JSON.stringify(password));
}

const isCharacter = (code: number): boolean =>
  code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);

/** The ends of every range of every table and their neighbours: where a table can be wrong. */
function findEdges(): string[] {
  const codes = new Set<number>();
  for (const table of Object.values(tables)) {
    for (const [, hex = ''] of table.source.matchAll(/\\u\{([0-9A-F]+)\}/g)) {
      const code = Number.parseInt(hex, 16);
      for (const near of [code - 1, code, code + 1]) if (isCharacter(near)) codes.add(near);
    }
  }
  return [...codes].map((code) => String.fromCodePoint(code));
}

/** Numbers from 0 to `limit`, the same in every run (mulberry32). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

// Where the mapping, the normalisation and the two writing directions meet.
const PIECES = [
  ...['a', 'Z', '9', ' ', "'", '\\', '$', '\x01', '\x7f', '\u00a0', '\u1680', '\u200b', '\u3000', '\u00ad'],
  ...[
    '\u034f',
    '\u200d',
    '\ufe0f',
    '\ufeff',
    'ª',
    'Ⅸ',
    'ﬁ',
    'é',
    'e\u0301',
    '\u0301',
    '\u0327',
    '\u0345',
    '한',
  ],
  ...[
    '\u1112',
    '\u1161',
    '\u11ab',
    '\u05d0',
    '\u05d1\u05b7',
    '\u0627',
    '\u0661',
    'ﷺ',
    '\u0660',
    '١',
    '２',
    'Ｋ',
  ],
  ...[
    '\u0221',
    '⅐',
    '\u0340',
    '\u0958',
    '\u2126',
    '\u212b',
    '\ud87e\udc68',
    '😀',
    '\ue000',
    '\u{e0001}',
    '\u{1d15e}',
  ],
  ...[
    '\u0085',
    '\u2028',
    '\ufffd',
    '\u{10ffff}',
    '\u200e',
    '\u200f',
    '\u3099',
    'か',
    '½',
    '㎏',
    '\u0f73',
    '\u0fb2',
  ],
];

function makeStrings(count: number): string[] {
  const next = randomFrom(4013);
  const anyCharacter = (): string => {
    const code = next(4) === 0 ? next(0x110000) : next(0x3400);
    return isCharacter(code) ? String.fromCodePoint(code) : 'x';
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(6) }, () =>
      next(5) === 0 ? anyCharacter() : PIECES[next(PIECES.length)],
    ).join(''),
  );
}

test('every edge of every table is prepared as Postgres does it', async () => {
  const edges = findEdges();
  expect(edges.length).toBeGreaterThan(2000);
  expect(await findDifferences(edges)).toEqual([]);
}, 120_000);

test('characters at the edges are prepared as Postgres does it between left-to-right and right-to-left ones', async () => {
  const edges = findEdges().filter((_, i) => i % 3 === 0);
  expect(await findDifferences(edges.map((edge) => `a${edge}`))).toEqual([]);
  expect(await findDifferences(edges.map((edge) => `\u05d0${edge}\u05d0`))).toEqual([]);
}, 120_000);

test('mixed strings are prepared as Postgres does it', async () => {
  expect(await findDifferences([...PIECES, ...makeStrings(4000)])).toEqual([]);
}, 120_000);

// Minutes long, and the edges say as much: for a new Postgres or a change to the tables.
test.runIf(process.env['ECAR_POOL_EXHAUSTIVE'])(
  'every character is prepared as Postgres does it',
  async () => {
    const all = Array.from({ length: 0x110000 }, (_, code) => code).filter(isCharacter);
    expect(await findDifferences(all.map((code) => String.fromCodePoint(code)))).toEqual([]);
    expect(await findDifferences(makeStrings(200_000))).toEqual([]);
  },
  3_600_000,
);
