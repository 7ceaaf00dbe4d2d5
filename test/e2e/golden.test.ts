import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSettingName, settingFacts } from '../../src/stack/pgbouncer-settings.ts';
import { compareEntry } from '../../src/verify/checks/databases.ts';
import { planScenario } from '../support/golden.ts';
import { PgbouncerContainer } from './support/pgbouncer-container.ts';
import { run } from './support/run.ts';

const GOLDEN = resolve('test/golden');
const scenarios = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

it('there must be golden trees', () => {
  expect(scenarios).not.toEqual([]);
});

describe.each(scenarios)('the golden tree %s', (scenario) => {
  const folder = join(GOLDEN, scenario, 'expected');

  it.each(['2.40', '2.26'])('must be a project for Compose %s', async (version) => {
    const path = await run('test/testbed/compose.sh', ['path', version], { cwd: process.cwd() });
    const { stderr } = await run(path.stdout.trim(), ['config', '-q'], { cwd: folder });
    expect(stderr).toBe('');
  });

  it('must be read by its PgBouncer as it was written', async () => {
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    const container = await PgbouncerContainer.start({
      image: imageFor(read('docker-compose.yml')),
      ini: read('pgbouncer/pgbouncer.ini'),
      userlist: read('pgbouncer/userlist.txt'),
    });
    try {
      const shown = new Map(await container.show('CONFIG', 'key', 'value'));
      const written = readSection(read('pgbouncer/pgbouncer.ini'), 'pgbouncer');
      const running = written.map(([key]) => [key, shown.get(key)]);
      expect(written.length).toBeGreaterThan(5);
      expect(running).toEqual(written.map(([key, value]) => [key, asShown(key, value)]));

      const databases = await container.table('DATABASES');
      const names = databases.map(({ name = '' }) => name).filter((name) => name !== 'pgbouncer');
      expect(names.sort()).toEqual(
        readSection(read('pgbouncer/pgbouncer.ini'), 'databases')
          .map(([name]) => name.replace(/^'(.*)'$/, '$1'))
          .sort(),
      );
      const { stack } = await planScenario(scenario);
      const differences = stack.databases.flatMap((entry) =>
        compareEntry(entry, databases.find(({ name }) => name === entry.name) ?? {}),
      );
      expect(differences).toEqual([]);
      const listed = [...read('pgbouncer/userlist.txt').matchAll(/^"((?:[^"]|"")+)" "/gm)];
      const users = (await container.show('USERS', 'name', 'pool_mode')).map(([name]) => name);
      expect(users).toEqual(
        expect.arrayContaining(listed.map(([, name = '']) => name.replaceAll('""', '"'))),
      );
      expect(await container.complaints()).toEqual([]);
    } finally {
      await container.remove();
    }
  });
});

/** The image of the testbed for the version that the tree is for; Debian has no 1.25. */
function imageFor(compose: string): string {
  const [, version = ''] = /image: "\S*pgbouncer:v?(\d+\.\d+)/.exec(compose) ?? [];
  const tag = { '1.18': '1.18.0', '1.24': '1.24.1', '1.25': '1.26.1', '1.26': '1.26.1' }[version];
  if (tag === undefined) throw new Error(`the testbed has no image for PgBouncer ${version}`);
  return `ecar-pool-testbed/pgbouncer:${tag}`;
}

/** SHOW CONFIG prints seconds as C's %g does: with six digits, without a fraction of nought. */
function asShown(key: string, value: string): string {
  if (!isSettingName(key) || settingFacts(key).type !== 'sec') return value;
  return String(Number(Number(value).toPrecision(6))).length > 6
    ? Number(value)
        .toExponential(5)
        .replace(/e\+(\d)$/, 'e+0$1')
    : String(Number(value));
}

/** The entries of a section as text. */
function readSection(ini: string, name: string): [key: string, value: string][] {
  const [, section = ''] = ini.split(`\n[${name}]\n`);
  const lines = section.split(/^\[/m)[0]?.matchAll(/^([^;\s].*?) = ?(.*)$/gm) ?? [];
  return [...lines].map(([, key = '', value = '']) => [key, value]);
}
