import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type PgbouncerVersion, parsePgbouncerVersion } from '../../src/stack/pgbouncer-version.ts';
import { freePort } from './free-port.ts';
import { tempFolder } from './temp-project.ts';

/** A pgbouncer that runs until the test ends. */
interface LocalPgbouncer {
  readonly port: number;
  /** What it has logged so far, line by line. */
  readonly log: () => string[];
}

/** The version of the pgbouncer on the PATH; undefined where there is none. */
export function localPgbouncerVersion(): PgbouncerVersion | undefined {
  const { status, stdout } = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const version = parsePgbouncerVersion(stdout);
  if (version === undefined) throw new Error(`\`pgbouncer --version\` printed no version: ${stdout}`);
  return version;
}

/** Starts the pgbouncer on the PATH with these files; only where they lie and where it listens is changed. */
export async function startPgbouncer(files: { ini: string; userlist: string }): Promise<LocalPgbouncer> {
  const folder = tempFolder();
  const port = await freePort();
  const ini = files.ini
    .replaceAll('/etc/pgbouncer/', `${folder}/`)
    .replace(/^listen_addr = .*$/m, 'listen_addr = 127.0.0.1')
    .replace(/^listen_port = .*$/m, `listen_port = ${port}`);
  // Whoever it runs as must get in.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'pgbouncer.ini'), ini);
  writeFileSync(join(folder, 'userlist.txt'), files.userlist);
  // It refuses to run as root.
  const identity = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', [...identity, join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGQUIT');
    await ended;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const log = () => said.split('\n');
  const deadline = performance.now() + 10_000;
  while (!said.includes('process up')) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`pgbouncer did not start; its log:\n${said}`);
    }
    await sleep(20);
  }
  return { port, log };
}
