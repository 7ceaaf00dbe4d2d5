import { appendFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectEnded, type FakeDocker, fakeDocker, type Rule } from '../support/fake-docker.ts';
import { runToEnd, start } from '../support/fake-world.ts';
import { PASSWORDS, tempFolder, tempProject } from '../support/temp-project.ts';

const PAGE = 'pgbouncer/2026/11/23/index.html';
const ENGINE: Rule = { match: 'version --format', stdout: '28.2.2\n' };
const COMPOSE: Rule = { match: 'compose version', stdout: '2.40.3\n' };
const RUN: Rule = { match: ' run --no-deps ', stdout: `${PAGE}\n` };
const COPY: Rule = { match: 'cp ' };
const REMOVE: Rule = { match: 'rm --force', stdout: 'ecar_pgbadger\n' };
const ALL = [ENGINE, COMPOSE, RUN, COPY, REMOVE];

/** A rendered project with pgBadger. */
async function project(): Promise<string> {
  const cwd = tempProject();
  appendFileSync(join(cwd, 'ecar-pool.yaml'), 'monitoring: { pgbadger: {} }\n');
  await runToEnd(['render', '--env', 'prod'], { cwd });
  return cwd;
}

const report = (cwd: string, { env }: FakeDocker, ...args: string[]) =>
  runToEnd(['report', '--env', 'prod', ...args], { cwd, env });

/** What docker was asked for beside its versions, with the container's name told by its project only. */
function commands(fake: FakeDocker): string[] {
  return fake
    .calls()
    .map(({ argv }) => argv.join(' ').replace(/ecar_pgbadger_[0-9a-f]{12}\b/g, 'ecar_pgbadger_N'))
    .filter((line) => !line.includes('version'));
}

describe('report', () => {
  it('must run the service once, copy its pages, remove its container, and say where they are', async () => {
    const cwd = await project();
    const fake = fakeDocker(ALL);
    const { exitCode, out, err } = await report(cwd, fake);
    expect({ exitCode, out, err }).toEqual({
      exitCode: 0,
      out: `stack/prod/reports/${PAGE}\nall days and weeks: stack/prod/reports/pgbouncer/index.html\n`,
      err: 'pgBadger reads the logs ...\ncopying its pages ...\n',
    });
    const compose = 'compose -p ecar -f stack/prod/docker-compose.yml --project-directory stack/prod';
    expect(commands(fake)).toEqual([
      `${compose} run --no-deps -T --name ecar_pgbadger_N pgbadger /etc/pgbadger/report.sh`,
      `cp ecar_pgbadger_N:/var/lib/pgbadger/html/pgbouncer ${join(cwd, 'stack/prod/reports')}`,
      'rm --force ecar_pgbadger_N',
    ]);
  });

  it('must give machines one object, and keep secrets from docker', async () => {
    const cwd = await project();
    const fake = fakeDocker(ALL);
    const { out } = await report(cwd, fake, '--json', '--to', 'pages/of/ours');
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      environment: 'prod',
      reports: [
        { log: 'pgbouncer', newest: `pages/of/ours/${PAGE}`, all: 'pages/of/ours/pgbouncer/index.html' },
      ],
    });
    expect(statSync(join(cwd, 'pages/of/ours')).mode & 0o777).toBe(0o700);
    for (const secret of Object.values(PASSWORDS)) expect(JSON.stringify(fake.calls())).not.toContain(secret);
  });

  it('must say so where nothing was logged, with exit 1 and nothing copied', async () => {
    const fake = fakeDocker([{ ...RUN, stdout: '' }, ...ALL]);
    const { exitCode, out, err } = await report(await project(), fake, '--quiet');
    // Where a script expects a path, there is nothing.
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(
      /^no report: prod has logged nothing yet\n {2}fix: run docker compose .* up -d --wait/,
    );
    expect(commands(fake).map((line) => line.split(' ')[0])).toEqual(['compose', 'rm']);
  });

  it.each<[string, Rule[], RegExp]>([
    ['has no docker', [], /docker was not found|no rule for version/],
    [
      'has files that were rendered before',
      [{ ...RUN, code: 1, stderr: 'no such service: pgbadger\n' }],
      /The rendered files have no pgBadger[\s\S]*run ecar-pool render --env prod/,
    ],
    [
      'has a pgBadger that fails',
      [{ ...RUN, code: 2, stderr: 'Container Created\nFATAL: no space left\n' }],
      /pgBadger made no report: FATAL: no space left[\s\S]*run it by hand to see all of its output: docker compose/,
    ],
    ['cannot copy', [{ ...COPY, code: 1, stderr: 'permission denied: pages\n' }], /permission denied: pages/],
  ])('must end with 3 where it %s', async (_, rules, words) => {
    const fake = fakeDocker(rules.length === 0 ? [] : [...rules, ...ALL]);
    const { exitCode, err } = await report(await project(), fake);
    expect(exitCode).toBe(3);
    expect(err).toMatch(words);
    if (rules.length > 0) expect(commands(fake).at(-1)).toBe('rm --force ecar_pgbadger_N');
  });

  it('must end with 3 when its time is up, and leave no container', async () => {
    const fake = fakeDocker([{ ...RUN, hang: true }, ...ALL]);
    const { exitCode, err } = await report(await project(), fake, '--timeout', '2');
    expect(exitCode).toBe(3);
    expect(err).toContain('`docker compose run pgbadger` gave no answer within');
    expect(commands(fake).at(-1)).toBe('rm --force ecar_pgbadger_N');
    await expectEnded(fake.calls);
  });

  it('must remove a container that docker makes after the run was ended', async () => {
    const late: Rule = { ...REMOVE, sequence: ['', '', 'ecar_pgbadger\n'] };
    const fake = fakeDocker([{ ...RUN, hang: true }, late, ...ALL]);
    const { exitCode } = await report(await project(), fake, '--timeout', '2');
    expect(exitCode).toBe(3);
    expect(commands(fake).filter((line) => line.startsWith('rm '))).toHaveLength(3);
  });

  it('must copy the pages of the logs that it read, and of no other, under a name of its own', async () => {
    const fake = fakeDocker([{ ...RUN, stdout: `${PAGE}\npostgres/2026/11/23/index.html\n` }, ...ALL]);
    const cwd = await project();
    for (const round of [1, 2]) {
      await report(cwd, fake);
      const copies = commands(fake).filter((line) => line.startsWith('cp '));
      expect(copies.map((line) => line.replace(/.*html.(\S+) .*/, '$1')).slice(-2)).toEqual([
        'pgbouncer',
        'postgres',
      ]);
      expect(copies).toHaveLength(2 * round);
    }
    const names = fake.calls().flatMap(({ argv }) => argv.filter((word) => /^ecar_pgbadger_/.test(word)));
    expect(new Set(names.map((name) => name.split(':')[0])).size).toBe(2);
  });

  it('must end with 130 on SIGINT, and leave no container', async () => {
    const cwd = await project();
    const fake = fakeDocker([{ ...RUN, hang: true }, ...ALL]);
    const running = start(['report', '--env', 'prod'], { cwd, env: fake.env });
    await running.question('pgBadger reads the logs ...\n');
    while (!commands(fake).some((line) => line.includes(' run ')))
      await new Promise((go) => setTimeout(go, 20));
    running.interrupt();
    expect(await running.exitCode).toBe(130);
    expect(commands(fake).at(-1)).toBe('rm --force ecar_pgbadger_N');
    await expectEnded(fake.calls);
    expect(existsSync(join(cwd, 'stack/prod/reports/pgbouncer'))).toBe(false);
  });

  it('must tell the folder as it was given', async () => {
    const to = tempFolder();
    const { out } = await report(await project(), fakeDocker(ALL), '--to', to, '--quiet');
    expect(out).toBe(`${to}/${PAGE}\n`);
  });

  it('must say what is in the way of the folder for the pages', async () => {
    const cwd = await project();
    const { exitCode, err } = await report(cwd, fakeDocker(ALL), '--to', 'ecar-pool.yaml/pages');
    expect(exitCode).toBe(3);
    expect(err).toContain('ecar-pool.yaml/pages');
  });
});
