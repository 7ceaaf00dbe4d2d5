// Ten times the databases and users must not take much more than ten times as long.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { MAIN, median, time } from './measure.mjs';

const BOUND = 11;
const RUNS = 5;
const node = process.execPath;

function writeProject(cwd, count) {
  const all = Array.from({ length: count }, (_, i) => i);
  mkdirSync(cwd);
  writeFileSync(
    `${cwd}/ecar-pool.yaml`,
    `name: many
postgres: { image: postgres:17, max_connections: 20000, password: { env: POSTGRES_PASSWORD } }
databases:
${all.map((i) => `  db_${i}: { users: [user_${i}] }`).join('\n')}
users:
  pgbouncer: { password: { env: ADMIN_PASSWORD }, role: admin }
${all.map((i) => `  user_${i}: { password: { env: PASSWORD_${i} } }`).join('\n')}
pgbouncer: { default_pool_size: 1, max_db_connections: 1 }
environments: { prod: {} }
`,
  );
  const passwords = all.map((i) => `PASSWORD_${i}='of-the-user-${i}'\n`);
  const lines = ["POSTGRES_PASSWORD='of-postgres'\n", "ADMIN_PASSWORD='of-the-admin'\n", ...passwords];
  writeFileSync(`${cwd}/.env.prod`, lines.join(''), { mode: 0o600 });
}

/** A first render, all files written. */
function firstRender(cwd) {
  rmSync(`${cwd}/stack`, { recursive: true, force: true });
  return time([node, MAIN, 'render', '--env', 'prod', '--quiet'], { cwd });
}

export const scale = {
  name: 'render 10,000 databases against 1,000',
  bound: `at most ${BOUND}`,
  measure: (folder) => {
    const sizes = [1, 1000, 10_000];
    for (const size of sizes) writeProject(`${folder}/many-${size}`, size);
    const runs = Array.from({ length: RUNS }, () =>
      sizes.map((size) => firstRender(`${folder}/many-${size}`)),
    );
    // What one database and one user take is start-up: it has all the code loaded and nothing to do.
    const beyond = (index) => median(runs.map((ms) => ms[index] - ms[0]));
    const [small, large] = [beyond(1), beyond(2)];
    const detail = `${large.toFixed(0)} ms against ${small.toFixed(0)} ms beyond start-up`;
    return { measured: (large / small).toFixed(2), isInside: large / small <= BOUND, detail };
  },
};
