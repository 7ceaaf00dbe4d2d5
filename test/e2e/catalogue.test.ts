import { describe, expect, it } from 'vitest';
import { DATABASE_KEYS } from '../../src/stack/catalogue/database-keys.ts';
import { PEER_KEYS } from '../../src/stack/catalogue/peer-keys.ts';
import { readEntryNumber, readSetting } from '../../src/stack/catalogue/reading.ts';
import type { Row } from '../../src/stack/catalogue/row.ts';
import { USER_KEYS } from '../../src/stack/catalogue/user-keys.ts';
import {
  ALL_SETTINGS,
  defaultAt,
  isKnownTo,
  type SettingName,
  settingFacts,
} from '../../src/stack/pgbouncer-settings.ts';
import {
  isAtLeast,
  type PgbouncerVersion,
  parsePgbouncerVersion,
} from '../../src/stack/pgbouncer-version.ts';
import { IMAGES } from './support/images.ts';
import { type Section, shownValue, type Trial, tryOut, type Verdict } from './support/pgbouncer-bench.ts';

const GENERATIONS = [IMAGES.pgbouncer118, IMAGES.pgbouncer124, IMAGES.pgbouncer126];

/** Defaults that SHOW CONFIG does not tell, or that a distribution has changed, and why. */
const OTHER_DEFAULTS: Readonly<Record<string, string>> = {
  verbose: 'it is what the command line says, and shown as none',
  auth_query: "Debian's 1.18 has the query of 1.24.1, which mends CVE-2025-2291",
};

/** A value that each kind of setting takes, to see whether a release knows the setting at all. */
function harmless({ type, words = [] }: Row): string {
  return type === 'enum' ? (words[0] ?? '') : type === 'str' ? 'x' : '1';
}

describe.each(GENERATIONS)('the catalogue and %s', (image) => {
  const version = parsePgbouncerVersion(image) as PgbouncerVersion;
  const known = ALL_SETTINGS.filter((name) => isKnownTo(version, settingFacts(name)));

  it('must agree on all that SHOW CONFIG shows: settings, defaults, and what a reload changes', async () => {
    const [verdict] = await tryOut(image, [{ section: 'pgbouncer', key: 'job_name', value: 'pgbouncer' }]);
    const isTold = (key: string) =>
      key === 'auth_query' ? isAtLeast(version, '1.24') : !Object.hasOwn(OTHER_DEFAULTS, key);
    const rows = (verdict?.rows ?? []).map(([key = '', , byDefault = '', changeable]) => ({
      key,
      byDefault: isTold(key) ? byDefault : OTHER_DEFAULTS[key],
      change: changeable === 'yes' ? 'reload' : 'restart',
    }));
    const expected = known.map((key) => ({
      key,
      byDefault: isTold(key) ? defaultAt(version, settingFacts(key)) : OTHER_DEFAULTS[key],
      change: settingFacts(key).change,
    }));
    expect(rows.length).toBeGreaterThan(80);
    // Up to 1.24 they are in no order.
    expect(rows.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(expected);
  });

  it('must agree on the keys of entries, which nothing shows: it starts with those that it knows', async () => {
    const trials = Object.entries({ databases: DATABASE_KEYS, users: USER_KEYS, peers: PEER_KEYS }).flatMap(
      ([section, rows]: [string, Readonly<Record<string, Row>>]) =>
        Object.entries(rows).map(([key, row]) => ({
          trial: {
            section: section as Section,
            key: writtenKey(section, key, version),
            value: harmless(row),
          },
          isKnown: isKnownTo(version, row),
        })),
    );
    const verdicts = await tryOut(
      image,
      trials.map(({ trial }) => trial),
    );
    const started = verdicts.map(({ trial, started }) => [trial.section, trial.key, started]);
    expect(started).toEqual(trials.map(({ trial, isKnown }) => [trial.section, trial.key, isKnown]));
  });

  it('must agree on how numbers are read: as they stand, as others, or not at all', async () => {
    const values = {
      int: [
        '7',
        '-5',
        '010',
        '0x10',
        '4294967301',
        '99999999999999999999',
        '5.0',
        'abc',
        '5s',
        'yes',
        '1_000',
      ],
      uint: ['2048', '-1', '4294969344'],
      sec: ['7', '0.25', '1e2', '.5', '-1', '5s', 'abc', '1,5', '12345678', 'inf', '1e300'],
    };
    const trials = [
      ...values.int.map((value) => ({ section: 'pgbouncer', key: 'max_user_connections', value }) as const),
      ...values.uint.map((value) => ({ section: 'pgbouncer', key: 'max_packet_size', value }) as const),
      ...values.sec.map((value) => ({ section: 'pgbouncer', key: 'query_timeout', value }) as const),
    ];
    const verdicts = await tryOut(image, trials);
    const read = verdicts.map((verdict) => [verdict.trial.key, verdict.trial.value, seenReading(verdict)]);
    expect(read).toEqual(
      trials.map(({ key, value }, index) => {
        const reading = readSetting(settingFacts(key).type, value);
        // Whatever it makes of it, it starts.
        const seen = verdicts[index] && seenReading(verdicts[index]);
        return [key, value, reading === 'unpredictable' && seen !== 'refused' ? seen : reading];
      }),
    );
  });

  it('must agree on how numbers of an entry are read: by the digits in front', async () => {
    const trials: Trial[] = ['7', 'abc', '5.9', '20x', '4294967301', '0'].map((value) => ({
      section: 'databases',
      key: 'pool_size',
      value,
    }));
    const verdicts = await tryOut(image, trials);
    // name, host, port, database, force_user, pool_size
    const read = verdicts.map(({ trial, rows }) => [
      trial.value,
      rows.find(([name]) => name === 'entry')?.[5],
    ]);
    expect(read).toEqual(trials.map(({ value }) => [value, textOf(readEntryNumber(value))]));
  });
});

describe('what the catalogue refuses', () => {
  const version = parsePgbouncerVersion(IMAGES.pgbouncer126) as PgbouncerVersion;

  it('must be what PgBouncer takes in silence, but for negative seconds and what Linux refuses', async () => {
    const trials = ALL_SETTINGS.flatMap((key) => {
      const { type, min, max } = settingFacts(key);
      if (!['int', 'uint', 'sec', 'flag'].includes(type) || !isKnownTo(version, settingFacts(key))) return [];
      return [min - 1, max + 1].map(
        (value) => ({ section: 'pgbouncer', key, value: String(value) }) as const,
      );
    });
    const verdicts = await tryOut(IMAGES.pgbouncer126, trials);
    const refused = verdicts
      .filter(({ started }) => !started)
      .map(({ trial }) => `${trial.key} ${trial.value}`);
    const seconds = ALL_SETTINGS.filter(
      (key) => settingFacts(key).type === 'sec' && isKnownTo(version, settingFacts(key)),
    );
    const ofLinux = [
      ...['tcp_keepcnt 128', 'tcp_keepidle 32768', 'tcp_keepintvl 32768', 'tcp_user_timeout 2147483648'],
      ...['tcp_keepidle -1', 'tcp_keepintvl -1', 'tcp_user_timeout -1'],
    ];
    expect(refused.sort()).toEqual([...seconds.map((key) => `${key} -1`), ...ofLinux].sort());
    expect(trials.length).toBeGreaterThan(100);
  });

  it.each([
    ['pkt_buf', '64'],
    ['max_packet_size', '64'],
  ])('%s = %s must be what lets nobody in', async (key, value) => {
    const [bad, good] = await tryOut(IMAGES.pgbouncer126, [
      { section: 'pgbouncer', key, value },
      { section: 'pgbouncer', key, value: String(settingFacts(key as SettingName).min) },
    ]);
    expect([bad?.started, bad?.rows]).toEqual([true, []]);
    expect(good && shownValue(good)).toBe(String(settingFacts(key as SettingName).min));
  });

  it('server_lifetime = 0 of an entry must be what leaves the one of [pgbouncer] in force', async () => {
    const verdicts = await tryOut(IMAGES.pgbouncer126, [
      { section: 'databases', key: 'server_lifetime', value: '0' },
      { section: 'databases', key: 'server_lifetime', value: '60' },
    ]);
    // The ninth column.
    expect(verdicts.map(({ rows }) => rows.find(([name]) => name === 'entry')?.[8])).toEqual(['3600', '60']);
  });
});

/** Releases before 1.24 call it by its old name. */
function writtenKey(section: string, key: string, { minor }: PgbouncerVersion): string {
  return section === 'databases' && key === 'reserve_pool_size' && minor < 24 ? 'reserve_pool' : key;
}

function seenReading(verdict: Verdict): ReturnType<typeof readSetting> {
  if (!verdict.started) return 'refused';
  const shown = shownValue(verdict);
  if (shown === undefined) return 'unpredictable';
  const written = Number(verdict.trial.value);
  // SHOW CONFIG prints six digits of seconds.
  const isRounded =
    shown === String(Number(written.toPrecision(6))) || Number(shown) === Number(written.toPrecision(6));
  return { value: isRounded ? written : Number(shown) };
}

function textOf(reading: ReturnType<typeof readEntryNumber>): string {
  return typeof reading === 'string' ? reading : String(reading.value);
}
