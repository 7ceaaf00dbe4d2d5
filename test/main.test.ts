import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useBuiltProgram } from './support/built-program.ts';
import { expectEnded, fakeDocker } from './support/fake-docker.ts';
import { tempFolder, tempProject } from './support/temp-project.ts';

const FIXTURE = `name: ecar
postgres: { host: db.example.com }
databases: { ecar_db: { users: [ecar_user] } }
users:
  ecar_user: { password: { file: secret } }
  pgbouncer: { password: { env: PGBOUNCER_ADMIN_PASSWORD }, role: admin }
environments: { prod: {} }
`;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly ms: number;
}

function mkfifo(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', ['-m', '600', path]);
  return path;
}

describe.skipIf(process.platform === 'win32')('the program in a process of its own', () => {
  const program = useBuiltProgram();

  /** Starts it; `ended` resolves when it is gone. A run that does not end is killed, and seen by its signal. */
  function start(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
    const began = performance.now();
    const child = spawn(process.execPath, [program(), ...args], {
      cwd,
      env: { ...process.env, PGBOUNCER_ADMIN_PASSWORD: 'cherry-tree', ...env },
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (said.out += chunk));
    child.stderr.on('data', (chunk) => (said.err += chunk));
    const ended = new Promise<Ended>((resolve) =>
      child.on('close', (code, signal) => resolve({ code, signal, ...said, ms: performance.now() - began })),
    );
    return { child, ended };
  }

  it('must end at --timeout, reading a FIFO to which nobody writes', async () => {
    const cwd = tempProject();
    execFileSync('rm', [join(cwd, '.env.prod')]);
    mkfifo(cwd, '.env.prod');
    const fake = fakeDocker([{ match: '', hang: true }]);
    const { code, err, ms } = await start(cwd, ['verify', '--env', 'prod', '--timeout', '2'], fake.env).ended;
    expect(err).toContain('.env.prod could not be read to its end within the time limit');
    expect(code).toBe(3);
    expect(ms).toBeLessThan(5000);
    await expectEnded(fake.calls);
  });

  it.each([
    ['settings', 'settings.fifo', ['-c', 'settings.fifo']],
    ['secret', 'secret', []],
  ])('must say that nobody writes to a FIFO of %s', async (_, name, args) => {
    const cwd = tempProject(FIXTURE);
    mkfifo(cwd, name);
    const { code, err } = await start(cwd, ['render', '--env', 'prod', ...args]).ended;
    expect(err).toContain('this is a pipe (FIFO), and no program writes to it');
    expect(code).toBe(2);
  });

  it('must take settings and secrets from FIFOs whose writers come late and take their time', async () => {
    const cwd = tempProject(FIXTURE);
    const settings = mkfifo(cwd, 'settings.fifo');
    const secret = mkfifo(cwd, 'secret');
    const script = `(sleep 1; printf '%s' "$1"; sleep 1; printf '%s' "$2") > "$3" & (sleep 1; echo apple-tree) > "$4" & wait`;
    const halves = [FIXTURE.slice(0, 30), FIXTURE.slice(30)];
    const writing = spawn('sh', ['-c', script, 'sh', ...halves, settings, secret]);
    const { code, err } = await start(cwd, ['render', '--env', 'prod', '-c', 'settings.fifo']).ended;
    writing.kill();
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, 'stack/prod/.env'), 'utf8')).toContain("DB_PASSWORD='apple-tree'");
  });

  it('must take settings from a process substitution and from a pipe', () => {
    const cwd = tempProject(FIXTURE);
    writeFileSync(join(cwd, 'secret'), 'apple-tree\n');
    const render = '"$0" "$1" render --env prod --out out --quiet';
    for (const line of [
      `${render} -c <(cat ecar-pool.yaml)`,
      `cat ecar-pool.yaml | ${render} -c /dev/stdin`,
    ]) {
      // Relative paths in the settings start at their file, so the secret is named in full.
      const script = line.replaceAll(
        'cat ecar-pool.yaml',
        `sed "s#file: secret#file: $PWD/secret#" ecar-pool.yaml`,
      );
      const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, program()], {
        cwd,
        env: { ...process.env, PGBOUNCER_ADMIN_PASSWORD: 'cherry-tree' },
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    }
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'must end with 130 on %s while it waits for a FIFO',
    async (signal) => {
      const cwd = tempProject(FIXTURE);
      mkfifo(cwd, 'settings.fifo');
      const { child, ended } = start(cwd, ['render', '--env', 'prod', '-c', 'settings.fifo']);
      setTimeout(() => child.kill(signal), 1000);
      const { code, ms } = await ended;
      expect(code).toBe(130);
      expect(ms).toBeLessThan(3000);
    },
  );

  it('must end a run that hangs in the kernel a moment after a signal', async () => {
    const cwd = tempFolder();
    // --require holds a thread in open(2), as a file system that is gone does.
    const fifo = mkfifo(cwd, 'stuck');
    writeFileSync(join(cwd, 'hang.cjs'), `require('node:fs').open(${JSON.stringify(fifo)}, 'r', () => {});`);
    const { child, ended } = start(cwd, ['schema'], { NODE_OPTIONS: '--require ./hang.cjs' });
    setTimeout(() => child.kill('SIGTERM'), 1000);
    const { signal, ms } = await ended;
    // A shell tells it as 130.
    expect(signal).toBe('SIGINT');
    expect(ms).toBeLessThan(6000);
  });

  it('must end at once on a second signal, with every child gone', async () => {
    const cwd = tempProject();
    const fake = fakeDocker([{ match: '', hang: true, stubborn: true }]);
    const { child, ended } = start(cwd, ['verify', '--env', 'prod'], fake.env);
    // Two calls, each with a child.
    while (fake.calls().length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const secondAt = performance.now();
    child.kill('SIGINT');
    const { code, signal } = await ended;
    expect(performance.now() - secondAt).toBeLessThan(1000);
    expect(code ?? signal).toBe('SIGINT');
    await expectEnded(fake.calls);
  });

  it('must say on a second signal what a deploy leaves behind, and what goes on from there', async () => {
    const cwd = tempProject();
    const fake = fakeDocker([
      { match: 'version --format', stdout: '27.0.0\n' },
      { match: 'compose version', stdout: '2.40.3\n' },
      { match: ' up ', hang: true },
    ]);
    const { child, ended } = start(cwd, ['deploy', '--env', 'prod', '--yes'], fake.env);
    while (!fake.calls().some(({ argv }) => argv.includes('up')))
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGINT');
    const { err } = await ended;
    expect(err).toMatch(
      /ended half-way: .*; ecar-pool verify --env prod tells what works, ecar-pool deploy --env prod goes on from there\n$/,
    );
    await expectEnded(fake.calls);
  });

  it.each([
    ['stdout', 1, '| true'],
    ['both outputs', 1, '2>&1 | true'],
    ['stdout of a run without drift', 0, '| true'],
  ])('must keep its exit code where the reader of %s has gone', (_, code, pipe) => {
    const cwd = tempProject();
    const shell = (line: string) =>
      spawnSync('bash', ['-c', line, process.execPath, program()], {
        cwd,
        encoding: 'utf8',
        timeout: 20_000,
      });
    if (code === 0) shell('"$0" "$1" render --env prod');
    // The reader is gone before anything is written.
    const line = `(sleep 0.5; exec "$0" "$1" render --env prod --check --diff) ${pipe}; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = shell(line);
    expect(stderr).toBe('');
    expect(stdout).toBe(`${code}\n`);
  });

  it
    .skipIf(process.platform !== 'linux')
    .each(['config', '--help', 'schema', 'render --env prod', 'check --json'])(
    'must say so and exit 3 where its output does not fit on the disk: %s',
    (command) => {
      const args = ['-c', `exec "$0" "$1" ${command} >/dev/full`, process.execPath, program()];
      const { status, stderr } = spawnSync('bash', args, { cwd: tempProject(), encoding: 'utf8' });
      expect({ status, stderr }).toEqual({
        status: 3,
        stderr: 'error: cannot write to stdout: the disk is full\n',
      });
    },
  );
});
