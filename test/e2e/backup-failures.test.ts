import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { starterSecrets } from './support/database.ts';
import { psql, whileLocked } from './support/dumped-database.ts';
import { eventually } from './support/eventually.ts';
import { ExternalPostgres } from './support/external-postgres.ts';
import { IMAGES } from './support/images.ts';
import { findLeaks, watchArgv } from './support/leaks.ts';
import type { Project } from './support/project.ts';
import { run } from './support/run.ts';
import { useProject } from './support/use-project.ts';

const FOLDER = 'backups/prod';
const BACKUP = ['backup', '--env', 'prod'];
/** Random, so that it hardly shrinks: some 50 MB, which take pg_dump seconds. */
const BIG_SQL = `CREATE TABLE big AS SELECT g, decode((SELECT string_agg(md5(random()::text || g || i), '')
  FROM generate_series(1, 64) i), 'hex') AS b FROM generate_series(1, 25000) g`;

/** What lies in the backup folder, but the file that keeps it out of Git. */
async function listed(project: Project): Promise<string[]> {
  const folder = project.path(FOLDER);
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((name) => name !== '.gitignore');
}

describe('a backup that is disturbed', () => {
  const useStack = useProject('disturbed', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17);
    await project.ecar(['render', '--env', 'prod']);
    await project.compose(['up', '-d', '--wait']);
    await psql(project, `${project.name}_db`, BIG_SQL);
  });

  /** Starts a backup, and does something once so many bytes of it are on the disk; gives how it ended. */
  async function disturb(
    project: Project,
    act: (child: { kill(signal: NodeJS.Signals): boolean }) => Promise<unknown> | unknown,
  ): Promise<{ code: number | null; stderr: string }> {
    const main = `${inject('installed')}/dist/main.cjs`;
    const child = spawn(process.execPath, [main, ...BACKUP], { cwd: project.folder });
    let stderr = '';
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = once(child, 'close');
    await eventually(async () => expect(stagedBytes(project)).toBeGreaterThan(1_000_000));
    await act(child);
    const [code] = await ended;
    return { code, stderr };
  }

  const sessions = (project: Project) =>
    psql(
      project,
      'postgres',
      "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ecar-pool%'",
    );

  it('must leave nothing where pg_dump is killed', async () => {
    const project = useStack();
    const { code, stderr } = await disturb(project, () =>
      project.docker([
        ...['exec', '-u', 'root', `${project.name}_postgres`, 'sh', '-c'],
        'for p in /proc/[0-9]*; do [ "$(cat $p/comm)" = pg_dump ] && kill -9 $(basename $p); done; true',
      ]),
    );
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/error: pg_dump failed on database .*: it was ended with 137/),
    });
    expect(await listed(project)).toEqual([]);
  });

  it('must leave nothing where the server ends its session', async () => {
    const project = useStack();
    const { code, stderr } = await disturb(project, () =>
      psql(
        project,
        'postgres',
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ecar-pool%'",
      ),
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(/error: pg_dump failed on database [\s\S]*fix: the server ended the connection/);
    expect(await listed(project)).toEqual([]);
  });

  it('must leave nothing, in this host or in Postgres, at Ctrl-C', async () => {
    const project = useStack();
    const { code } = await disturb(project, (child) => child.kill('SIGINT'));
    expect(code).toBe(130);
    expect(await listed(project)).toEqual([]);
    expect(await sessions(project)).toBe('0\n');
  });

  it('must leave no file that counts when it is killed, and the next run must clear up', async () => {
    const project = useStack();
    const { code } = await disturb(project, (child) => child.kill('SIGKILL'));
    expect(code).toBe(null);
    const left = await listed(project);
    expect(left).toEqual([expect.stringMatching(/^\.ecar-pool-staging-\d+$/)]);
    const { stderr } = await project.ecar(BACKUP);
    expect(stderr).toMatch(/^dumping \w+: [\d.]+ (?:bytes|kB|MB), [\d.]+ s\n/);
    expect(await listed(project)).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z-\w+_db\.dump$/)]);
  });

  it('must end on a time limit, with nothing left', async () => {
    const project = useStack();
    const before = await listed(project);
    await whileLocked(project, 'big', async () => {
      const { stderr } = await project.ecar([...BACKUP, '--timeout', '3'], { code: 3 });
      expect(stderr).toMatch(/error: \w+ was not done with .* within \d s/);
    });
    expect(await listed(project)).toEqual(before);
    expect(await sessions(project)).toBe('0\n');
  });

  it.runIf(process.getuid?.() === 0)('must not begin on a disk that is too small, nor fill it', async () => {
    const project = useStack();
    const disk = project.path('disk');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { cwd: project.folder });
    try {
      const refused = await project.ecar([...BACKUP, '--to', 'disk'], { code: 3 });
      expect(refused.stderr).toMatch(
        /has [\d.]+ MB, and the disk of .*disk only [\d.]+ MB left\n {2}fix: .*--force/,
      );
      const forced = await project.ecar([...BACKUP, '--to', 'disk', '--force'], { code: 3 });
      expect(forced.stderr).toMatch(/error: cannot write .*disk: the disk is full\n {2}fix: make room/);
      expect(await readdir(disk)).toEqual([]);
      expect(await sessions(project)).toBe('0\n');
    } finally {
      await run('umount', [disk], { cwd: project.folder });
    }
  });

  it('must name who holds the lock that a restore has waited for in vain', async () => {
    const project = useStack();
    const database = `${project.name}_db`;
    const { backups } = JSON.parse((await project.ecar([...BACKUP, '--json'])).stdout);
    const [{ file }] = backups;
    await whileLocked(project, 'big', async () => {
      const args = ['restore', file, '--into', database, '--env', 'prod', '--clean', '--yes'];
      const { stderr } = await project.ecar([...args, '--timeout', '15'], { code: 3, timeoutMs: 60_000 });
      expect(stderr).toMatch(
        /waited for a lock .*: session \d+ of postgres \(psql\), active since .*, has big; /,
      );
      expect(stderr).toContain('the database is as it was');
    });
    expect(await psql(project, database, 'SELECT count(*) FROM big')).toBe('25000\n');
    await rm(project.path(file));
  });

  it('must remove what has had its time, and nothing else, once the new one counts', async () => {
    const project = useStack();
    const [newest = ''] = await listed(project);
    const name = newest.slice(newest.indexOf('-') + 1);
    const others = ['notes.txt', '20200101T000000Z-other.dump', 'my.dump', `20200101T000000Z-${name}.old`];
    const old = [`20200101T000000Z-${name}`, `20200102T000000Z-${name}`, `20200103T000000Z-${name}`];
    for (const each of [...others, ...old]) await project.write(join(FOLDER, each), 'x');
    await utimes(project.path(join(FOLDER, 'my.dump')), 0, 0);
    await project.set({ backup: { keep: 3, keep_days: 0 } });
    await whileLocked(project, 'big', async () => {
      await project.ecar([...BACKUP, '--timeout', '3'], { code: 3 });
    });
    expect(await listed(project)).toEqual(expect.arrayContaining([...others, ...old, newest]));
    const { backups, removed } = JSON.parse((await project.ecar([...BACKUP, '--json'])).stdout);
    expect(removed.sort()).toEqual(old.slice(0, 2).map((each) => join(FOLDER, each)));
    expect((await listed(project)).sort()).toEqual(
      [...others, old[2], newest, backups[0].file.slice(FOLDER.length + 1)].sort(),
    );
  });

  it('must leave nothing where the server dies, and a restore that dies with it nothing of its own', async () => {
    const project = useStack();
    const before = await listed(project);
    const postgres = `${project.name}_postgres`;
    const { code, stderr } = await disturb(project, () => project.docker(['kill', postgres]));
    expect(code).toBe(3);
    expect(stderr).toContain('error: pg_dump failed on database');
    expect(await listed(project)).toEqual(before);
    const { stderr: down } = await project.ecar(BACKUP, { code: 3 });
    expect(down).toMatch(
      /the Postgres of the stack does not run \(exited\)\n {2}fix: start it with docker compose/,
    );

    await project.compose(['up', '-d', '--wait']);
    const dump = join(
      FOLDER,
      before
        .filter((name) => name.endsWith('_db.dump'))
        .sort()
        .at(-1) ?? '',
    );
    const database = `${project.name}_db`;
    const restore = ['restore', dump, '--into', database, '--clean', '--yes', '--env', 'prod'];
    const rows = () =>
      psql(project, database, "SELECT count(*), sum(('x' || left(md5(b), 8))::bit(32)::bigint) FROM big");
    const whole = await rows();
    const killing = (async () => {
      await eventually(async () => {
        const query =
          "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ecar-pool%' AND query LIKE 'COPY%'";
        expect(await psql(project, 'postgres', query)).toBe('1\n');
      });
      await sleep(100);
      await project.docker(['kill', postgres]);
    })();
    const died = await project.ecar(restore, { code: 3 });
    await killing;
    expect(died.stderr).toContain('the database is as it was');
    await project.compose(['up', '-d', '--wait']);
    expect(await rows()).toBe(whole);
    await project.ecar(restore);
    expect(await rows()).toBe(whole);
  });

  it('must roll a restore back that is killed', async () => {
    const project = useStack();
    const database = `${project.name}_db`;
    const dump = join(
      FOLDER,
      (await listed(project))
        .filter((name) => name.endsWith('_db.dump'))
        .sort()
        .at(-1) ?? '',
    );
    await psql(project, database, 'CREATE TABLE later AS SELECT 1');
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const main = `${inject('installed')}/dist/main.cjs`;
      const words = ['restore', dump, '--into', database, '--clean', '--yes', '--env', 'prod'];
      const child = spawn(process.execPath, [main, ...words], { cwd: project.folder, stdio: 'ignore' });
      const ended = once(child, 'close');
      await eventually(async () => {
        const query =
          "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ecar-pool%' AND query LIKE 'COPY%'";
        expect(await psql(project, 'postgres', query)).toBe('1\n');
      });
      child.kill(signal);
      const [code] = await ended;
      expect(code).toBe(signal === 'SIGINT' ? 130 : null);
      await eventually(async () => expect(await sessions(project)).toBe('0\n'));
      expect(await psql(project, database, 'SELECT count(*) FROM big, later')).toBe('25000\n');
    }
  });
});

/** How much of a dump that is on its way is on the disk. */
function stagedBytes(project: Project): number {
  const folder = project.path(FOLDER);
  if (!existsSync(folder)) return 0;
  const staging = readdirSync(folder).filter((name) => name.startsWith('.ecar-pool-staging-'));
  const files = staging.map((name) => join(folder, name, 'dump')).filter((path) => existsSync(path));
  return Math.max(0, ...files.map((path) => statSync(path).size));
}

describe('a backup of a Postgres that someone else runs', () => {
  let postgres: ExternalPostgres;
  // Of this run alone: other tests show theirs in the process list.
  const superuserPassword = randomUUID();
  beforeAll(async () => {
    postgres = await ExternalPostgres.start('scram-sha-256', IMAGES.postgres18);
    await postgres.run(`ALTER ROLE postgres PASSWORD '${superuserPassword}'`);
  });
  afterAll(() => postgres.remove());
  const useStack = useProject('external', async (project) => {
    await project.ecar([
      ...['init', '--yes', '--name', project.name, '--auth-type', 'scram-sha-256'],
      ...['--postgres-host', postgres.name, '--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    await project.set({
      network: { name: postgres.name, external: true },
      pgbouncer: { port: project.port },
      backup: { image: IMAGES.postgres18 },
    });
    await postgres.createByHand(project, 'scram-sha-256');
    await project.ecar(['render', '--env', 'prod']);
  });

  it('must be made and restored by a client beside it, with no secret in sight', async () => {
    const project = useStack();
    const [database, user] = [`${project.name}_db`, `${project.name}_user`];
    await postgres.runIn(
      database,
      `SET ROLE ${user}`,
      'CREATE TABLE t AS SELECT g, md5(g::text) AS m FROM generate_series(1, 1000) g',
    );
    const secrets = [...Object.values(await starterSecrets(project)), superuserPassword];
    const env = { PGPASSWORD: superuserPassword };
    let stdout = '';
    const runs = async () => {
      ({ stdout } = await project.ecar([...BACKUP, '--quiet']));
      await postgres.runIn(database, 'UPDATE t SET m = NULL');
      const restore = ['restore', stdout.trim(), '--into', database, '--env', 'prod'];
      await project.ecar(restore, { code: 2 });
      await project.ecar([...restore, '--clean', '--yes']);
      await project.ecar(['restore', stdout.trim(), '--into', 'look', '--create', '--env', 'prod'], {
        code: 3,
      });
      const asSuperuser = ['restore', stdout.trim(), '--into', 'look', '--create', '--user', 'postgres'];
      await project.ecar([...asSuperuser, '--env', 'prod'], { code: 2 });
      await project.ecar([...asSuperuser, '--env', 'prod'], { env });
    };
    const lines = await watchArgv(runs());
    expect(lines.some((line) => line.includes('pg_dump'))).toBe(true);
    expect(findLeaks([...lines, ...project.said].join('\n'), secrets)).toEqual([]);
    const check = "SELECT count(*), count(m), md5(string_agg(m, '' ORDER BY g)) FROM t";
    const restored = await postgres.runIn(database, check);
    expect(restored).toMatch(/\n1000\|1000\|/);
    expect(await postgres.runIn('look', check)).toBe(restored);
    const { stdout: names } = await project.docker(['ps', '-a', '--format', '{{.Names}}']);
    expect(names).not.toContain('_pg_client_');
  });

  it('must say what to do about a table of others, and a server newer than its client', async () => {
    const project = useStack();
    await postgres.runIn(`${project.name}_db`, 'CREATE TABLE theirs AS SELECT 1');
    const denied = await project.ecar(BACKUP, { code: 3 });
    expect(denied.stderr).toMatch(/permission denied for table theirs\n {2}fix: .*--user NAME/);
    const env = { PGPASSWORD: superuserPassword };
    await project.ecar([...BACKUP, '--user', 'postgres'], { env });
    await project.set({ backup: { image: IMAGES.postgres17 } });
    const old = await project.ecar([...BACKUP, '--user', 'postgres'], { code: 3, env });
    expect(old.stderr).toMatch(/server version mismatch[\s\S]*fix: .*`backup\.image`/);
    const wrong = await project.ecar([...BACKUP, '--user', 'postgres'], {
      code: 3,
      env: { PGPASSWORD: 'x' },
    });
    expect(wrong.stderr).toMatch(
      /password authentication failed for user "postgres"\n {2}fix: check the password/,
    );
  });
});
