import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDotenv } from '../../src/formats/dotenv.ts';
import type { SettingsError } from '../../src/problems/errors.ts';
import { runToEnd } from '../support/fake-world.ts';
import { tempFolder } from '../support/temp-project.ts';
import { load } from './support.ts';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Settings with so many databases and users, each wrong in one way where `mistake` is given. */
function settingsOf(count: number, mistake?: 'value' | 'user' | 'key'): string {
  const size = mistake === 'value' ? 'many' : '5';
  const key = mistake === 'key' ? 'pool_sice' : 'pool_size';
  const user = mistake === 'user' ? 'usr' : 'user';
  return `name: ecar
postgres: { host: db.example.com }
databases:
${times(count, (n) => `  db${n}: { users: [${user}${n}], ${key}: ${size} }\n`).join('')}users:
  admin: { password: { env: PASSWORD }, role: admin }
${times(count, (n) => `  user${n}: { password: { env: PASSWORD } }\n`).join('')}environments: { dev: {}, prod: {} }
`;
}

/** A folder with these settings and nothing else. */
function projectOf(settings: string): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'ecar-pool.yaml'), settings);
  return folder;
}

/** In time of the processor: on a busy machine the clock tells of others. */
async function timeOf(text: string): Promise<{ milliseconds: number; problems: number }> {
  const started = process.cpuUsage();
  const problems = await load(text, { env: { PASSWORD: 'apple' } }).then(
    () => 0,
    (error: unknown) => (error as SettingsError).problems.length,
  );
  return { milliseconds: process.cpuUsage(started).user / 1000, problems };
}

/** Ten times the work may take ten times as long; a quadratic step would take a hundred times. */
it.each([undefined, 'value', 'user', 'key'] as const)(
  '10,000 databases and users must load in linear time (mistake: %s)',
  async (mistake) => {
    await timeOf(settingsOf(1_000, mistake));
    const small = await timeOf(settingsOf(1_000, mistake));
    const large = await timeOf(settingsOf(10_000, mistake));
    expect(large.problems).toBe(mistake === undefined ? 0 : 10_000);
    expect(large.milliseconds / small.milliseconds).toBeLessThan(35);
  },
  120_000,
);

it('a .env of 10,000 lines must be read in linear time', () => {
  // As many lines in all: the clock of the processor may tick in steps that one reading of a short file falls through.
  const timeOfAll = (repeats: number, count: number): number => {
    const text = times(count, (n) => `PASSWORD_${n}='apple'\n`).join('');
    const started = process.cpuUsage();
    for (let round = 0; round < repeats; round++)
      expect(readDotenv(text).at(-1)).toMatchObject({ line: count, column: 1 });
    return process.cpuUsage(started).user;
  };
  timeOfAll(10, 1_000);
  const small = timeOfAll(100, 1_000);
  expect(timeOfAll(10, 10_000) / small).toBeLessThan(3.5);
});

it('10,000 problems on one line must not take long, and most are counted only', async () => {
  const line = `databases: { ${times(10_000, (n) => `db${n}: { users: [nobody], pool_size: many }`).join(', ')} }`;
  const text = `name: ecar\npostgres: { host: x }\n${line}\nusers: { admin: { password: { env: P }, role: admin } }\nenvironments: { prod: {} }\n`;
  const started = process.cpuUsage();
  const { err, exitCode } = await runToEnd(['render'], { cwd: projectOf(text), env: { P: 'apple' } });
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(20_000);
  expect(exitCode).toBe(2);
  expect(err.match(/: error: /g)).toHaveLength(50);
  expect(err).toMatch(
    /\nand 19950 more; --json lists them all\n\n20000 problems in the settings; nothing was written\n$/,
  );
});

it('--json must list them all', async () => {
  const { out } = await runToEnd(['render', '--json'], {
    cwd: projectOf(settingsOf(1_000, 'key')),
    env: { PASSWORD: 'x' },
  });
  expect(JSON.parse(out).error.problems).toHaveLength(1_000);
});

it('a thousand aliases of a map must be honest use', async () => {
  const text = settingsOf(1_000).replace(
    '{ users: [user0], pool_size: 5 }',
    '&base { users: [user0], pool_size: 5 }',
  );
  const aliased = text.replace(/ {2}db([1-9]\d*): .*\n/g, '  db$1: { <<: *base, pool_mode: session }\n');
  const { stack } = await load(aliased, { env: { PASSWORD: 'apple' } });
  expect(stack.databases.at(-1)).toMatchObject({ name: 'db999', users: ['user0'] });
});
