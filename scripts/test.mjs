// npm test: everything that needs no engine, then the end-to-end tests where an engine and its images answer.
// With ECAR_POOL_REQUIRE_ENGINE=1, as in CI, a missing engine is a failure. Arguments go to the first run.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const isFine = (program, args) => spawnSync(program, args, { stdio: 'ignore', timeout: 15_000 }).status === 0;

function run(program, args) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 130);
}

/** The 25 of PgBouncer 1.25.2; undefined where a text names no version. */
function readMinor(text) {
  const match = /pgbouncer[: ]v?1\.(\d+)/i.exec(text);
  return match ? Number(match[1]) : undefined;
}

function listGoldenVersions() {
  return readdirSync('test/golden', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readMinor(readFileSync(`test/golden/${name}/expected/docker-compose.yml`, 'utf8')));
}

const vitest = ['node_modules/vitest/vitest.mjs', 'run'];
run(process.execPath, ['scripts/build.mjs']);
run(process.execPath, [...vitest, ...process.argv.slice(2)]);

const leftOut = [];
if (process.argv.length > 2) {
  leftOut.push('the end-to-end tests (the run was narrowed by arguments)');
} else if (process.env.ECAR_POOL_REQUIRE_ENGINE === '1') {
  run(process.execPath, [...vitest, '--config', 'vitest.e2e.config.ts']);
} else if (!isFine('docker', ['info'])) {
  leftOut.push('the end-to-end tests (no Docker engine answers)');
} else if (!isFine('docker', ['image', 'inspect', 'ecar-pool-testbed/pgbouncer:1.26.1'])) {
  leftOut.push('the end-to-end tests (no testbed images: run test/testbed/up.sh)');
} else {
  run(process.execPath, [...vitest, '--config', 'vitest.e2e.config.ts']);
}
if (leftOut.length > 0 && !isFine('promtool', ['--version'])) {
  leftOut.push('the cases of the alert rules (no promtool on the PATH)');
}
const local = readMinor(spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' }).stdout ?? '');
if (local === undefined) {
  leftOut.push('golden files through a local pgbouncer (none is on the PATH)');
} else if (listGoldenVersions().some((minor) => minor > local)) {
  leftOut.push(`golden files for a PgBouncer newer than 1.${local}, the one on the PATH`);
}
console.log(leftOut.length === 0 ? 'Left out: nothing.' : `Left out: ${leftOut.join('; ')}.`);
