import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectEnded, fakeDocker, type Rule } from '../support/fake-docker.ts';
import { runToEnd, start } from '../support/fake-world.ts';
import { PASSWORDS, SETTINGS, tempProject } from '../support/temp-project.ts';

const CONTAINER = { Name: 'ecar_postgres', Service: 'postgres', State: 'running' };
const RULES: readonly Rule[] = [
  { match: 'version --format', stdout: '28.2.2\n' },
  { match: 'compose version', stdout: '2.40.3\n' },
  { match: ' ps -a', stdout: JSON.stringify(CONTAINER) },
  { match: 'pg_database_size', stdout: '[1000, 2, 1, "ecar_user", 17]\n' },
  { match: 'pg_dump', stdout: 'the dump', stderr: 'pg_dump: warning: so what\n' },
  { match: 'pg_restore --list', stdout: ';\n1; 2 3 TABLE DATA public t me\n2; 0 0 TABLE DATA public u me\n' },
  { match: 'pg_restore --file=/dev/null' },
  { match: 'pg_terminate_backend' },
];
const NAME = /^\d{8}T\d{6}Z-ecar_db\.dump$/;

/** A rendered project; two entries lead to one database, and one to another server. */
async function project(): Promise<string> {
  const entries = `  ecar_db: { users: [ecar_user] }
  alias: { dbname: ecar_db, users: [ecar_user] }
  reports: { host: other.example.com, users: [ecar_user] }
`;
  const cwd = tempProject(SETTINGS.replace('  ecar_db: { users: [ecar_user] }\n', entries));
  await runToEnd(['render', '--env', 'prod'], { cwd });
  return cwd;
}

const backup = (cwd: string, rules: readonly Rule[], ...args: string[]) =>
  runToEnd(['backup', '--env', 'prod', ...args], { cwd, env: fakeDocker(rules).env });

const listed = (cwd: string) =>
  readdirSync(join(cwd, 'backups/prod')).filter((name) => name !== '.gitignore');

describe('backup', () => {
  it('must dump each database once, read it back, and print where it is', async () => {
    const cwd = await project();
    const fake = fakeDocker(RULES);
    const argv = ['backup', '--env', 'prod', '--quiet'];
    const { exitCode, out } = await runToEnd(argv, { cwd, env: fake.env });
    expect(exitCode).toBe(0);
    const [name = '', ...others] = listed(cwd);
    expect(others).toEqual([]);
    expect(name).toMatch(NAME);
    expect(out).toBe(`backups/prod/${name}\n`);
    const path = join(cwd, 'backups/prod', name);
    expect(readFileSync(path, 'utf8')).toBe('the dump');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(cwd, 'backups/prod')).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(cwd, 'backups/prod/.gitignore'), 'utf8')).toBe('*\n');
    const programs = fake
      .calls()
      .flatMap(({ argv: words }) => /pg_\w+(?: --\w+)?/.exec(words.join(' ')) ?? []);
    expect(programs.map(String)).toEqual([
      'pg_database_size',
      'pg_dump --format',
      'pg_restore --list',
      'pg_restore --file',
    ]);
    for (const secret of Object.values(PASSWORDS)) expect(JSON.stringify(fake.calls())).not.toContain(secret);
  });

  it('must give machines one object, go where it is told to, and name a database by an entry of it', async () => {
    const cwd = await project();
    const { out, err } = await backup(cwd, RULES, '--json', '--to', 'here', '--database', 'alias');
    expect(err).toBe('');
    const { backups, ...rest } = JSON.parse(out);
    expect(rest).toEqual({ schemaVersion: 1, environment: 'prod', removed: [] });
    expect(backups).toEqual([
      {
        database: 'ecar_db',
        file: expect.stringMatching(/^here\//),
        bytes: 8,
        tables: 2,
        ms: expect.any(Number),
      },
    ]);
  });

  it.each<[string, readonly Rule[], string[], number, RegExp]>([
    [
      'a pg_dump that fails after some bytes',
      [{ match: 'pg_dump', stdout: 'half', stderr: 'pg_dump: error: it broke\n', code: 1 }],
      [],
      3,
      /^error: pg_dump failed on database "ecar_db": it broke\n/m,
    ],
    [
      'a dump that is cut off',
      [{ match: 'pg_restore --file', stderr: 'pg_restore: error: unexpected end of file\n', code: 1 }],
      [],
      3,
      /^error: the dump of database "ecar_db" is not whole, and was thrown away: .*unexpected end of file\n/m,
    ],
    [
      'a disk that is too small',
      [{ match: 'pg_database_size', stdout: '[9e18, 2, 1, "ecar_user", 17]\n' }],
      [],
      3,
      /^error: database "ecar_db" has 7994 PB, and the disk of .* left\n {2}fix: .*--force/m,
    ],
    [
      'a database that the server does not have',
      [
        {
          match: 'pg_database_size',
          stderr: 'psql: error: FATAL:  database "ecar_db" does not exist\n',
          code: 2,
        },
      ],
      [],
      3,
      /^error: the server has no database "ecar_db"\n/m,
    ],
    [
      'a database that the settings do not have',
      [],
      ['--database', 'other'],
      2,
      /^error: the settings have no database "other"\n {2}fix: they have ecar_db\n/m,
    ],
    [
      'a database on another server',
      [],
      ['--database', 'reports'],
      2,
      /^error: "reports" is on other\.example\.com, which backup does not reach\n/m,
    ],
  ])('must leave nothing and say so of %s', async (_, rules, args, code, words) => {
    const cwd = await project();
    mkdirSync(join(cwd, 'backups/prod'), { recursive: true });
    const { exitCode, out, err } = await backup(cwd, [...rules, ...RULES], ...args);
    expect({ exitCode, out }).toEqual({ exitCode: code, out: '' });
    expect(err).toMatch(words);
    expect(listed(cwd)).toEqual([]);
  });

  it('must leave a folder of somebody else as it is', async () => {
    const cwd = await project();
    mkdirSync(join(cwd, 'theirs'));
    chmodSync(join(cwd, 'theirs'), 0o755);
    expect((await backup(cwd, RULES, '--to', 'theirs')).exitCode).toBe(0);
    expect(statSync(join(cwd, 'theirs')).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(cwd, 'theirs'))).toEqual([expect.stringMatching(NAME)]);
  });

  it('must begin on a disk that seems too small with --force', async () => {
    const cwd = await project();
    const rule = { match: 'pg_database_size', stdout: '[9e18, 2, 1, "ecar_user", 17]\n' };
    expect((await backup(cwd, [rule, ...RULES], '--force')).exitCode).toBe(0);
  });

  it('must clear up at SIGINT, and end what it began in the container', async () => {
    const cwd = await project();
    const fake = fakeDocker([{ match: 'pg_dump', stdout: 'half', hang: true }, ...RULES]);
    const running = start(['backup', '--env', 'prod'], { cwd, env: fake.env });
    while (!fake.calls().some(({ argv }) => argv.includes('pg_dump')))
      await new Promise((go) => setTimeout(go, 20));
    running.interrupt();
    expect(await running.exitCode).toBe(130);
    expect(fake.calls().at(-1)?.argv.join(' ')).toContain('pg_terminate_backend');
    expect(listed(cwd)).toEqual([]);
    await expectEnded(fake.calls);
  });

  it('must clear up what a killed run left, and not what a running one has', async () => {
    const cwd = await project();
    const folder = join(cwd, 'backups/prod');
    for (const pid of [2 ** 22 + 1, process.ppid]) {
      mkdirSync(join(folder, `.ecar-pool-staging-${pid}`), { recursive: true });
      writeFileSync(join(folder, `.ecar-pool-staging-${pid}`, 'dump'), 'half');
    }
    expect((await backup(cwd, RULES)).exitCode).toBe(0);
    expect(listed(cwd).sort()).toEqual([`.ecar-pool-staging-${process.ppid}`, expect.stringMatching(NAME)]);
  });
});
