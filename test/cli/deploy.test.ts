import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepProved } from '../../src/deploy/history.ts';
import { copyProject } from '../support/compose-projects.ts';
import { type FakeDocker, fakeDocker } from '../support/fake-docker.ts';
import { runToEnd, start } from '../support/fake-world.ts';
import { planScenario } from '../support/golden.ts';
import { tempProject } from '../support/temp-project.ts';

const RULES = [
  { match: 'version --format', stdout: '27.0.0\n' },
  { match: 'compose version', stdout: '2.40.3\n' },
];
const DEPLOY = ['deploy', '--env', 'prod'];

describe('deploy', () => {
  it.each([
    ['n', 0],
    ['', 0],
    ['\x03', 130],
  ])('must do nothing where the answer is %j', async (answer, code) => {
    const cwd = tempProject();
    const docker = fakeDocker(RULES);
    const run = start(DEPLOY, { cwd, env: docker.env, terminal: true });
    await run.question('Go ahead? [y/N] ');
    expect(run.out()).toContain('docker compose -f stack/prod/docker-compose.yml up -d --wait');
    if (answer === '\x03') run.interrupt();
    else run.stdin.write(`${answer}\n`);
    expect(await run.exitCode).toBe(code);
    expect(readdirSync(join(cwd, 'stack/prod'))).toEqual(['.ecar-pool']);
    expect(readdirSync(join(cwd, 'stack/prod/.ecar-pool'))).toEqual([]);
    expect(docker.calls().every(({ argv }) => argv.includes('version'))).toBe(true);
  });

  it('must ask nobody under --json, and say how to go on', async () => {
    const { exitCode, out } = await runToEnd([...DEPLOY, '--json'], {
      cwd: tempProject(),
      env: fakeDocker(RULES).env,
    });
    expect(exitCode).toBe(2);
    expect(JSON.parse(out).error).toEqual({
      message: 'nobody can be asked whether to go on',
      hint: 'run it with --yes, or see what it would do with --dry-run',
    });
  });

  it('must write nothing under --dry-run', async () => {
    const cwd = tempProject();
    const { exitCode, out } = await runToEnd([...DEPLOY, '--dry-run', '--json'], {
      cwd,
      env: fakeDocker(RULES).env,
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'planned', steps: [{ kind: 'start' }], backup: false });
    expect(existsSync(join(cwd, 'stack'))).toBe(false);
  });

  it("must not take somebody else's folder for its own", async () => {
    const cwd = tempProject();
    mkdirSync(join(cwd, 'stack/prod'), { recursive: true });
    writeFileSync(join(cwd, 'stack/prod/mine'), '');
    const { exitCode, err } = await runToEnd([...DEPLOY, '--yes'], { cwd, env: fakeDocker(RULES).env });
    expect(exitCode).toBe(2);
    expect(err).toContain('nothing in it was rendered by ecar-pool');
    expect(readdirSync(join(cwd, 'stack/prod'))).toEqual(['mine']);
  });

  it('must leave what a first one that fails has begun for a look, and say why it failed', async () => {
    const cwd = tempProject();
    const stderr =
      ' Container ecar_pgbouncer  Starting\nError response from daemon: Bind for 127.0.0.1:6432 failed: port is already allocated\n';
    const docker = fakeDocker([...RULES, { match: 'up -d --wait', code: 1, stderr }]);
    const { exitCode, out, err } = await runToEnd([...DEPLOY, '--yes'], { cwd, env: docker.env });
    expect(exitCode).toBe(3);
    expect(err).toContain('start the stack: The port is taken on this machine (Error response from daemon');
    expect(err).not.toContain('Starting');
    expect(out).toContain('there is nothing to go back to');
    expect(existsSync(join(cwd, 'stack/prod/docker-compose.yml'))).toBe(true);
  });
});

describe('rollback', () => {
  it('must not read the settings, which may be what is wrong, and so be told the environment', async () => {
    const { exitCode, err } = await runToEnd(['rollback'], { cwd: tempProject() });
    expect(exitCode).toBe(2);
    expect(err).toContain('name it with --env');
  });

  it('must know the one environment of an adopted project', async () => {
    const cwd = tempProject();
    const { stack, plan } = await planScenario('minimal');
    const facts = { stack, settings: new Map(), configHashes: new Map() };
    const time = await keepProved(join(cwd, 'pgbouncer'), { plan, facts });
    const { exitCode, out } = await runToEnd(['rollback', '--list', '--json'], { cwd });
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ environment: 'prod', sets: [{ time, current: true }] });
  });

  it('must refuse an environment that the set is not of: the folder of an adopted project names none', async () => {
    const cwd = tempProject();
    const { stack, plan } = await planScenario('minimal');
    const facts = { stack, settings: new Map(), configHashes: new Map() };
    for (let count = 0; count < 2; count++) await keepProved(join(cwd, 'pgbouncer'), { plan, facts });
    const { exitCode, err } = await runToEnd(['rollback', '--env', 'staging', '--yes'], { cwd });
    expect(exitCode).toBe(2);
    expect(err).toContain('pgbouncer holds prod, not staging');
    expect(err).toContain('ecar-pool rollback --env prod --list');
  });

  it.each(['2020', '2020-01-01T00-00-00Z'])('must list the sets there are where %s is none', async (to) => {
    const cwd = tempProject();
    const { stack, plan } = await planScenario('minimal');
    const facts = { stack, settings: new Map(), configHashes: new Map() };
    const times: string[] = [];
    // The same files twice would be one set.
    for (const kept of [plan, plan.slice(1)])
      times.unshift(await keepProved(join(cwd, 'stack/prod'), { plan: kept, facts }));
    const { exitCode, err } = await runToEnd(['rollback', '--env', 'prod', '--to', to], { cwd });
    expect(exitCode).toBe(2);
    expect(err).toBe(
      `error: stack/prod has no set of ${to}\n  fix: name one of ${times[0]} (current), ${times[1]}\n`,
    );
  });

  it('must make no folder where there is nothing to go back to', async () => {
    const cwd = tempProject();
    const { exitCode, err } = await runToEnd(['rollback', '--env', 'prod', '--yes'], { cwd });
    expect(exitCode).toBe(2);
    expect(err).toContain('stack/prod has nothing to go back to');
    expect(existsSync(join(cwd, 'stack'))).toBe(false);
  });
});

describe('a deploy on an adopted project', () => {
  const ps = (...containers: readonly object[]) => containers.map((row) => JSON.stringify(row)).join('\n');
  const RUNNING = ps(
    ...['db', 'web', 'worker', 'beat'].map((Service) => ({ Name: Service, Service, State: 'running' })),
  );

  async function adopted(...args: string[]) {
    const { folder: cwd } = copyProject('django-workers-and-beat');
    const env = { PATH: '' };
    await runToEnd(['init', '--from', 'docker-compose.yml'], { cwd, env });
    expect((await runToEnd(['render', ...args], { cwd, env })).exitCode).toBe(0);
    return cwd;
  }

  /** What the overlay has of a service as the label that tells what its container was made from. */
  function hashIn(cwd: string, service: string): string {
    const overlay = readFileSync(join(cwd, 'docker-compose.pgbouncer.yml'), 'utf8');
    const [, part = ''] = new RegExp(`^ {2}"?${service}"?:\n((?: {3,}.*\n)+)`, 'm').exec(overlay) ?? [];
    return /ecar-pool\.config-hash"?: "?([^"\s]+)/.exec(part)?.[1] ?? '';
  }

  const upsOf = (docker: FakeDocker) =>
    docker
      .calls()
      .filter(({ argv }) => argv.includes('up'))
      .map(({ argv }) => argv.slice(argv.indexOf('up')).join(' '));

  /** As a deploy leaves it that was killed: nobody knows what it had begun. */
  function leaveUnfinished(cwd: string): void {
    mkdirSync(join(cwd, 'pgbouncer/.ecar-pool'), { recursive: true });
    const journal = { command: 'deploy', began: '2026-11-23T12:00:00Z', step: 'verify', hasBefore: false };
    writeFileSync(join(cwd, 'pgbouncer/.ecar-pool/journal.json'), JSON.stringify(journal));
  }

  it.each(['deploy', 'verify'])(
    'must not begin with a Compose that refuses the overlay: %s',
    async (command) => {
      const cwd = await adopted();
      const docker = fakeDocker([
        { match: 'version --format', stdout: '27.0.0\n' },
        { match: 'compose version', stdout: '2.20.1\n' },
        { match: '', stdout: '' },
      ]);
      const { exitCode, err } = await runToEnd([command, '--env', 'prod'], { cwd, env: docker.env });
      expect(exitCode).toBe(3);
      expect(err).toContain('Docker Compose 2.20.1 is too old');
      expect(err).toContain('2.20.2 or later');
    },
  );

  it('must touch no service where the pool does not start', async () => {
    const cwd = await adopted();
    const docker = fakeDocker([
      ...RULES,
      { match: ' ps -a', stdout: RUNNING },
      { match: ' up ', code: 1, stderr: 'port is already allocated\n' },
    ]);
    const { exitCode, out, err } = await runToEnd([...DEPLOY, '--yes'], { cwd, env: docker.env });
    expect(exitCode, err).toBe(3);
    // What never ran is not verified first.
    expect(err).not.toContain('verify what runs now');
    expect(upsOf(docker)).toEqual(['up -d --no-recreate pgbouncer']);
    expect(out).toContain('there is nothing to go back to: your services run as they did, without the pool');
  });

  it.each([
    ['', []],
    [' where COMPOSE_FILE names the overlay', ['--set-compose-file']],
  ])('must have the services run without the pool that may have been touched%s', async (_, args) => {
    const cwd = await adopted(...args);
    leaveUnfinished(cwd);
    const docker = fakeDocker([
      ...RULES,
      { match: ' ps -a', stdout: RUNNING },
      { match: '--no-recreate', code: 1, stderr: 'port is already allocated\n' },
      { match: '--no-deps' },
    ]);
    const { exitCode, out, err } = await runToEnd([...DEPLOY, '--yes'], { cwd, env: docker.env });
    expect(exitCode, err).toBe(3);
    expect(upsOf(docker)).toEqual(['up -d --no-recreate pgbouncer', 'up -d --no-deps beat web worker']);
    const last = docker
      .calls()
      .filter(({ argv }) => argv.includes('up'))
      .at(-1);
    expect(last?.argv.join(' ')).toMatch(/^compose -f docker-compose\.yml up/);
    expect(out).toContain('there is nothing to go back to: your services run as they did, without the pool');
  });

  it('must say how to bring the services back where that fails, too', async () => {
    const cwd = await adopted();
    leaveUnfinished(cwd);
    const docker = fakeDocker([
      ...RULES,
      { match: ' ps -a', stdout: RUNNING },
      { match: ' up ', code: 1, stderr: 'no\n' },
    ]);
    const { out } = await runToEnd([...DEPLOY, '--yes'], { cwd, env: docker.env });
    expect(out).toContain('prod is left as it is, for a look');
    expect(out).toContain('docker compose -f docker-compose.yml up -d --no-deps beat web worker');
  });

  it('must leave alone what no profile that is on starts, but not what runs all the same', async () => {
    const cwd = await adopted();
    const docker = fakeDocker([
      ...RULES,
      { match: ' ps -a', stdout: RUNNING.replace('"beat","State":"running"', '"beat","State":"exited"') },
      { match: 'config --services', stdout: 'db\nweb\n' },
    ]);
    const { exitCode, out, err } = await runToEnd([...DEPLOY, '--dry-run'], { cwd, env: docker.env });
    expect(exitCode, err).toBe(0);
    expect(out).toMatch(/up -d --no-deps pgbouncer web worker$/m);
    expect(out).toContain('beat: not running, and a plain `up` would not start it');
  });

  it('must leave alone what is scaled to 0, with nothing to do for the want of it', async () => {
    const cwd = await adopted();
    const running = ['db', 'web', 'beat', 'pgbouncer'].map((Service) => ({
      ...{ Name: Service, Service, State: 'running' },
      Labels: `ecar-pool.config-hash=${hashIn(cwd, Service)}`,
    }));
    const services = { db: {}, web: {}, beat: { deploy: {} }, worker: { deploy: { replicas: 0 } } };
    const docker = fakeDocker([
      ...RULES,
      { match: ' ps -a', stdout: ps(...running) },
      { match: 'config --services', stdout: 'db\nweb\nbeat\nworker\n' },
      { match: '--profile * config', stdout: JSON.stringify({ services }) },
      { match: '' },
    ]);
    const dry = [...DEPLOY, '--dry-run', '--json'];
    const { out } = await runToEnd(dry, { cwd, env: docker.env });
    const { steps, asleep } = JSON.parse(out);
    expect(asleep).toEqual(['worker']);
    expect(JSON.stringify(steps)).not.toContain('worker');
  });

  /** The plan where two services have ended well, of which `beat` is what the files want, and `job` says how it is a job. */
  async function planWithEnded(cwd: string, label: string, job: Readonly<Record<string, unknown>>) {
    const rows = [
      ...['db', 'web', 'pgbouncer'].map((Service) => ({ Name: Service, Service, State: 'running' })),
      ...['beat', 'worker'].map((Service) => ({
        ...{ Name: Service, Service, State: 'exited', ExitCode: 0 },
        Labels: Service === 'beat' ? label : '',
      })),
    ];
    const services = { db: {}, web: {}, beat: {}, worker: { restart: 'no' }, ...job };
    const docker = fakeDocker([
      ...RULES,
      { match: ' ps -a', stdout: ps(...rows) },
      { match: 'config --services', stdout: 'db\nweb\nbeat\nworker\n' },
      { match: '--profile * config', stdout: JSON.stringify({ services }) },
      { match: '' },
    ]);
    return (await runToEnd([...DEPLOY, '--dry-run'], { cwd, env: docker.env })).out;
  }

  it.each([
    { beat: { restart: 'no' } },
    { web: { depends_on: { beat: { condition: 'service_completed_successfully' } } } },
  ])('must not run a job again that is as it should be, and say what it does run again: %j', async (job) => {
    const cwd = await adopted();
    const done = await planWithEnded(cwd, `ecar-pool.config-hash=${hashIn(cwd, 'beat')}`, job);
    expect(done).toMatch(/up -d --no-deps pgbouncer web worker$/m);
    expect(done).toMatch(/^ {2}leave +beat: ended with code 0/m);
    expect(done).toMatch(/^ {2}note +worker: ended with code 0, and is run again$/m);
    expect(await planWithEnded(cwd, '', job)).toMatch(
      /^ {2}note +beat, worker: ended with code 0, and is run again$/m,
    );
  });

  it('must start what may be a server that was stopped, or has the password of before', async () => {
    const cwd = await adopted();
    const label = `ecar-pool.config-hash=${hashIn(cwd, 'beat')}`;
    const again = /^ {2}note +beat, worker: ended with code 0, and is run again$/m;
    expect(await planWithEnded(cwd, label, { beat: { restart: 'unless-stopped' } })).toMatch(again);
    expect(await planWithEnded(cwd, label, {})).toMatch(again);
    const dotenv = readFileSync(join(cwd, '.env'), 'utf8');
    writeFileSync(join(cwd, '.env'), dotenv.replace('correct-horse', 'battery-staple'));
    expect(await planWithEnded(cwd, label, { beat: { restart: 'no' } })).toMatch(again);
  });

  it('must start a Postgres that was stopped, before anything else', async () => {
    const cwd = await adopted();
    const stopped = RUNNING.replace('"db","State":"running"', '"db","State":"exited"');
    const pool = ps({ Name: 'p', Service: 'pgbouncer', State: 'running' });
    const docker = fakeDocker([...RULES, { match: ' ps -a', stdout: `${stopped}\n${pool}` }, { match: '' }]);
    const { out } = await runToEnd([...DEPLOY, '--dry-run', '--json'], { cwd, env: docker.env });
    expect(JSON.parse(out).steps[0]).toMatchObject({
      kind: 'start',
      command: expect.stringMatching(/up -d --no-recreate db$/),
      causes: ['db is exited'],
    });
  });
});
