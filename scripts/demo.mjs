// npm run demo: a development stack in demo/ with no questions; booted, proved and taken down again where a
// Docker engine answers and the images can be had. Options go to `ecar-pool init`:
//   npm run demo -- --pgbouncer-image registry.example.com/pgbouncer:1.26.1
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';

const FOLDER = 'demo';
const CONFIG = `${FOLDER}/ecar-pool.yaml`;
const COMPOSE_FILE = `${FOLDER}/stack/dev/docker-compose.yml`;

/** Runs a program in the foreground and gives its exit code. */
function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  return error ? 127 : (status ?? 130);
}

const isQuietlyFine = (program, args, timeout = 15_000) =>
  run(program, args, { stdio: 'ignore', timeout }) === 0;

function ecarPool(...args) {
  console.log(`\n$ ecar-pool ${args.join(' ')}`);
  const status = run(process.execPath, ['dist/main.cjs', ...args]);
  if (status !== 0) process.exit(status);
}

function compose(...args) {
  console.log(`\n$ docker compose -f ${COMPOSE_FILE} ${args.join(' ')}`);
  return run('docker', ['compose', '-f', COMPOSE_FILE, ...args]);
}

/** A port that nobody listens on, so that the demo disturbs no pool that runs here already. */
function findFreePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function printTree(folder, indent = '') {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    console.log(`${indent}${entry.name}${entry.isDirectory() ? '/' : ''}`);
    if (entry.isDirectory()) printTree(`${folder}/${entry.name}`, `${indent}  `);
  }
}

/** Why the stack cannot be booted here, or undefined where it can. */
function explainNoBoot() {
  if (!isQuietlyFine('docker', ['info'])) return 'no Docker engine answers here';
  if (!isQuietlyFine('docker', ['compose', 'version'])) return 'Docker has no Compose v2 here';
  const images = [...readFileSync(CONFIG, 'utf8').matchAll(/^ {2}image: (\S+)$/gm)].map((match) => match[1]);
  for (const image of images) {
    if (isQuietlyFine('docker', ['image', 'inspect', image])) continue;
    console.log(`\n$ docker pull ${image}`);
    if (run('docker', ['pull', '--quiet', image], { timeout: 180_000 }) !== 0)
      return `the image ${image} cannot be had here`;
  }
  return undefined;
}

rmSync(FOLDER, { recursive: true, force: true });
process.env.PGBOUNCER_PORT = String(await findFreePort());
ecarPool(
  'init',
  '--yes',
  '--dir',
  FOLDER,
  '--name',
  'ecar_pool_demo',
  '--environments',
  'dev',
  ...process.argv.slice(2),
);
ecarPool('render', '--env', 'dev', '--config', CONFIG);
ecarPool('render', '--env', 'dev', '--config', CONFIG, '--check', '--quiet');
console.log(`\n${FOLDER}/`);
printTree(FOLDER, '  ');

const reason = explainNoBoot();
if (reason !== undefined) {
  console.log(`\nNot booted: ${reason}. Where one can: docker compose -f ${COMPOSE_FILE} up -d --wait`);
} else {
  const isUp = compose('up', '-d', '--wait', '--wait-timeout', '120') === 0;
  const verified = isUp
    ? run(process.execPath, ['dist/main.cjs', 'verify', '--env', 'dev', '--config', CONFIG])
    : 3;
  compose('down', '--volumes');
  if (verified !== 0) process.exit(verified);
  console.log('\nThe stack booted, passed every check, and is down again.');
}
console.log(`Next: look at ${CONFIG}, or run \`ecar-pool init\` in your own project.`);
