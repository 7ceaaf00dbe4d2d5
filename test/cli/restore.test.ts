import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type FakeDocker, fakeDocker, type Rule } from '../support/fake-docker.ts';
import { runToEnd, start } from '../support/fake-world.ts';
import { PASSWORDS, SETTINGS, tempProject } from '../support/temp-project.ts';

const CONTAINER = { Name: 'ecar_postgres', Service: 'postgres', State: 'running' };
const RULES: readonly Rule[] = [
  { match: 'version --format', stdout: '28.2.2\n' },
  { match: 'compose version', stdout: '2.40.3\n' },
  { match: ' ps -a', stdout: JSON.stringify(CONTAINER) },
  { match: 'pg_restore --list', stdout: '1; 2 3 TABLE DATA public t me\n' },
  { match: 'pg_restore --file=/dev/null' },
  { match: 'pg_database_size', stdout: '[1000, 2, 1, "ecar_user", 17]\n' },
  { match: 'pg_restore "$@"', stderr: 'psql:<stdin>:3: ERROR:  it broke\nLINE 1: x\n', code: 3 },
  { match: 'pg_terminate_backend' },
];
const RESTORE = ['restore', 'x.dump', '--into', 'ecar_db', '--env', 'prod'];

/** An entry with a server of its own, which holds what the stack's server may hold under the same name. */
const ELSEWHERE = SETTINGS.replace(
  'databases:\n',
  `databases:
  reports: { host: other.example.com, users: [ecar_user] }
  old_reports: { dbname: reports, users: [ecar_user] }
  archive: { host: other.example.com, dbname: attic, users: [ecar_user] }
  next_port: { port: 5433, users: [ecar_user] }
`,
);

async function project(settings = SETTINGS): Promise<string> {
  const cwd = tempProject(settings);
  await runToEnd(['render', '--env', 'prod'], { cwd });
  writeFileSync(join(cwd, 'x.dump'), 'PGDMP');
  return cwd;
}

const hasRestored = ({ calls }: FakeDocker) =>
  calls().some(({ argv }) => argv.join(' ').includes('pg_restore "$@"'));

describe('restore', () => {
  it.each([
    ['n', false, 130, /nothing was touched\n$/],
    ['', false, 130, /nothing was touched\n$/],
    ['yes', true, 3, /the restore failed on database "ecar_db": it broke; the database is as it was\n/],
  ])('must ask before it drops anything, and take %j for what it says', async (typed, does, code, words) => {
    const cwd = await project();
    const fake = fakeDocker(RULES);
    const run = start([...RESTORE, '--clean'], { cwd, env: fake.env, terminal: true });
    await run.question(/has 2 tables and 1 large object\. Drop all of it and restore x\.dump\? \[y\/N\] $/);
    run.stdin.write(`${typed}\n`);
    expect(await run.exitCode).toBe(code);
    expect(run.err()).toMatch(words);
    expect(hasRestored(fake)).toBe(does);
  });

  it('must end with 130 at Ctrl-C while it asks, and touch nothing', async () => {
    const cwd = await project();
    const fake = fakeDocker(RULES);
    const run = start([...RESTORE, '--clean'], { cwd, env: fake.env, terminal: true });
    await run.question(/\[y\/N\] $/);
    run.interrupt();
    expect(await run.exitCode).toBe(130);
    expect(hasRestored(fake)).toBe(false);
  });

  it('must give docker no password but by stdin', async () => {
    const cwd = await project();
    const fake = fakeDocker(RULES);
    await runToEnd([...RESTORE, '--clean', '--yes'], { cwd, env: fake.env });
    expect(hasRestored(fake)).toBe(true);
    for (const secret of Object.values(PASSWORDS)) expect(JSON.stringify(fake.calls())).not.toContain(secret);
  });

  it.each([
    ['reports', '"reports" is on other.example.com, which restore does not reach'],
    ['archive', '"archive" is on other.example.com, which restore does not reach'],
    ['attic', '"attic" is on other.example.com, which restore does not reach'],
    ['next_port', '"next_port" is on port 5433 of postgres, which restore does not reach'],
  ])('must not empty the database %s of this server in place of one elsewhere', async (into, words) => {
    const cwd = await project(ELSEWHERE);
    const fake = fakeDocker(RULES);
    const argv = ['restore', 'x.dump', '--into', into, '--env', 'prod', '--clean', '--create', '--yes'];
    const { exitCode, err } = await runToEnd(argv, { cwd, env: fake.env });
    expect(err).toContain(`error: ${words}\n  fix: of the settings, postgres:5432 has reports, ecar_db\n`);
    expect(exitCode).toBe(2);
    expect(fake.calls().every(({ argv: words }) => words.includes('version'))).toBe(true);
  });

  it('must still take an entry of this server for what is behind it', async () => {
    const cwd = await project(ELSEWHERE);
    const fake = fakeDocker(RULES);
    const argv = ['restore', 'x.dump', '--into', 'old_reports', '--env', 'prod', '--clean', '--yes'];
    await runToEnd(argv, { cwd, env: fake.env });
    const restored = fake.calls().find(({ argv }) => argv.join(' ').includes('pg_restore "$@"'));
    expect(restored?.argv.join(' ')).toContain("dbname='reports'");
  });

  const SQL = '--\n-- PostgreSQL database dump\n--\n';
  const PSQL =
    'docker compose -f stack/prod/docker-compose.yml exec -T postgres psql -X -p 5432 -U postgres -d ecar_db -v ON_ERROR_STOP=1';

  it.each<[string, Buffer | string, string, string]>([
    ['my dump.sql', SQL, 'is text, such as the SQL', `: ${PSQL} <'my dump.sql'`],
    ['x.sql.gz', gzipSync(SQL.repeat(9000)), 'is text that was compressed', `: gunzip -c x.sql.gz | ${PSQL}`],
    ['x.dump.gz', gzipSync('PGDMP\x01\x0e'), 'is compressed with gzip', 'gunzip -c x.dump.gz >unpacked.dump'],
    ['x.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 1]), 'is compressed with zstd', 'unzstd -c x.zst >'],
    ['cut.gz', gzipSync('PGDMP').subarray(0, 4), 'is compressed with gzip', 'gunzip -c cut.gz >'],
    ['empty', '', 'is empty', 'name a dump'],
  ])('must say what %s is, and how it is restored', async (file, content, what, hint) => {
    const cwd = await project();
    writeFileSync(join(cwd, file), content);
    const fake = fakeDocker(RULES);
    const argv = ['restore', file, '--into', 'ecar_db', '--env', 'prod', '--clean', '--yes'];
    const { exitCode, err } = await runToEnd(argv, { cwd, env: fake.env });
    expect(err).toContain(`error: ${file} ${what}`);
    expect(err).toContain(hint);
    expect(exitCode).toBe(2);
    expect(hasRestored(fake)).toBe(false);
  });

  it.each<[string, string[], Rule[], number, RegExp]>([
    ['a file that is not there', ['restore', 'y.dump', '--into', 'ecar_db'], [], 3, /cannot read y\.dump/],
    ['a folder', ['restore', 'stack', '--into', 'ecar_db'], [], 2, /stack is no file/],
    [
      'a role that nobody asks for',
      [...RESTORE, '--user', 'postgres'],
      [],
      2,
      /--user is for a Postgres that someone else runs/,
    ],
    [
      'no Postgres that runs',
      RESTORE,
      [{ match: ' ps -a', stdout: JSON.stringify({ ...CONTAINER, State: 'exited' }) }],
      3,
      /the Postgres of the stack does not run \(exited\)\n {2}fix: start it with docker compose -f stack\/prod/,
    ],
    [
      'a dump of a newer pg_dump',
      RESTORE,
      [
        {
          match: 'pg_restore --list',
          code: 1,
          stderr: 'pg_restore: error: unsupported version (1.18) in file header\n',
        },
      ],
      2,
      /x\.dump is not a whole dump.*unsupported version.*\n {2}fix: name an image with a newer Postgres/,
    ],
  ])('must say so of %s', async (_, argv, rules, code, words) => {
    const cwd = await project();
    const fake = fakeDocker([...rules, ...RULES]);
    const { exitCode, err } = await runToEnd([...argv, '--env', 'prod'], { cwd, env: fake.env });
    expect(err).toMatch(words);
    expect(exitCode).toBe(code);
    expect(hasRestored(fake)).toBe(false);
  });
});
