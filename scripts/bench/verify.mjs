// All of `verify` against the one look at the console that people type by hand.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { parseEnv } from 'node:util';
import { MAIN, pairs, time } from './measure.mjs';

const BOUND = 3;
const PAIRS = 15;
const node = process.execPath;
const TESTBED = {
  '--pgbouncer-image': 'ecar-pool-testbed/pgbouncer:1.26.1',
  '--postgres-image': 'ecar-pool-testbed/postgres:17',
};

const succeeds = (...args) => spawnSync('docker', args, { stdio: 'ignore' }).status === 0;

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export const verify = {
  name: 'verify',
  bound: `at most ${BOUND}`,
  measure: async (folder) => {
    if (!succeeds('info')) return { detail: 'left out: no Docker engine answers here' };
    const cwd = `${folder}/verify`;
    mkdirSync(cwd);
    const hasTestbed = Object.values(TESTBED).every((image) => succeeds('image', 'inspect', image));
    const images = hasTestbed ? Object.entries(TESTBED).flat() : [];
    const env = { ...process.env, PGBOUNCER_PORT: String(await freePort()) };
    const name = ['--name', `ecar_pool_bench_${process.pid}`];
    time([node, MAIN, 'init', '--yes', '--environments', 'dev', ...name, ...images], { cwd });
    time([node, MAIN, 'render', '--env', 'dev'], { cwd, env });
    const compose = ['docker', 'compose', '-f', 'stack/dev/docker-compose.yml'];
    try {
      time([...compose, 'up', '-d', '--wait'], { cwd });
      const secrets = parseEnv(readFileSync(`${cwd}/.env.dev`, 'utf8'));
      const console = {
        cwd,
        env: { ...process.env, PGPASSWORD: secrets.PGBOUNCER_ADMIN_PASSWORD },
      };
      const login = ['-h', '127.0.0.1', '-p', env.PGBOUNCER_PORT, '-U', 'pgbouncer', 'pgbouncer'];
      const psql = ['exec', '-T', '-e', 'PGPASSWORD', 'pgbouncer', 'psql', ...login, '-c', 'SHOW POOLS'];
      const { ratio, ...ms } = pairs(
        PAIRS,
        () => time([node, MAIN, 'verify', '--env', 'dev'], { cwd, env }),
        () => time([...compose, ...psql], console),
      );
      const detail = `${ms.subject.toFixed(0)} ms against ${ms.reference.toFixed(0)} ms of docker compose exec psql -c 'SHOW POOLS'`;
      return { measured: ratio.toFixed(2), isInside: ratio <= BOUND, detail };
    } finally {
      spawnSync(compose[0], [...compose.slice(1), 'down', '--volumes'], { cwd, stdio: 'ignore' });
    }
  },
};
