import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { isAtLeast } from '../../src/stack/pgbouncer-version.ts';
import { GOLDEN, planScenario, SCENARIOS } from '../support/golden.ts';
import { localPgbouncerVersion, startPgbouncer } from '../support/local-pgbouncer.ts';

// What is left out here is said in the last line of `npm test`.
const local = localPgbouncerVersion();
const cases = await Promise.all(
  SCENARIOS.map(async (scenario) => {
    const { stack } = await planScenario(scenario);
    const { major, minor } = stack.pgbouncer.version;
    return { scenario, stack, version: `${major}.${minor}` };
  }),
);

describe('the pgbouncer on the PATH', () => {
  for (const { scenario, stack, version } of cases) {
    const isReadable = local !== undefined && isAtLeast(local, version);
    it.runIf(isReadable)(`must start with the files of ${scenario}, for ${version}`, async () => {
      const read = (name: string) => readFileSync(join(GOLDEN, scenario, 'expected/pgbouncer', name), 'utf8');
      const { port, log } = await startPgbouncer({
        ini: read('pgbouncer.ini'),
        userlist: read('userlist.txt'),
      });
      const admin = stack.users.find(({ roles }) => roles.includes('admin'));
      const console = new pg.Client({
        host: '127.0.0.1',
        port,
        user: admin?.name,
        password: admin?.password?.reveal(),
        database: 'pgbouncer',
      });
      await console.connect();
      const { rows } = await console.query<{ name: string }>('SHOW DATABASES');
      await console.end();
      expect(rows.map(({ name }) => name).sort()).toEqual(
        ['pgbouncer', ...stack.databases.map(({ name }) => name)].sort(),
      );
      // How many files may be open is up to the machine.
      const complaint = / (?:ERROR|FATAL|WARNING) (?!kernel file descriptor limit)/;
      expect(log().filter((line) => complaint.test(line))).toEqual([]);
    });
  }
});
