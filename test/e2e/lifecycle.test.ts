import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { inspectContainer } from './support/container.ts';
import {
  appLogin,
  connect,
  consoleTable,
  query,
  runningSetting,
  starterSecrets,
} from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { fileStates } from './support/file-states.ts';
import { IMAGES } from './support/images.ts';
import { failingChecks, renderAndFollow } from './support/next-steps.ts';
import { listAllOf } from './support/teardown.ts';
import { useProject } from './support/use-project.ts';

interface Case {
  readonly auth: 'md5' | 'scram-sha-256';
  readonly pgbouncer: string;
  readonly postgres: string;
  /** What the settings call PgBouncer's version; the image holds another one. */
  readonly as?: string;
}

const CASES: readonly Case[] = [
  { auth: 'md5', pgbouncer: IMAGES.pgbouncer126, postgres: IMAGES.postgres17 },
  { auth: 'md5', pgbouncer: IMAGES.pgbouncer124, postgres: IMAGES.postgres18 },
  { auth: 'md5', pgbouncer: IMAGES.pgbouncer118, postgres: IMAGES.postgres17 },
  { auth: 'scram-sha-256', pgbouncer: IMAGES.pgbouncer126, postgres: IMAGES.postgres18 },
  { auth: 'scram-sha-256', pgbouncer: IMAGES.pgbouncer126, postgres: IMAGES.postgres17, as: '1.25.2' },
  { auth: 'scram-sha-256', pgbouncer: IMAGES.pgbouncer124, postgres: IMAGES.postgres17 },
];

const shortName = (image: string) => image.replace(/.*\//, '');

for (const { auth, pgbouncer, postgres, as } of CASES) {
  const pool = shortName(pgbouncer) + (as === undefined ? '' : ` as ${as}`);
  describe(`a stack with ${auth}, ${pool} and ${shortName(postgres)}`, () => {
    // The image does not hold the version that the settings name, and verify has to say so.
    const known = as === undefined ? [] : ['version'];
    const useStack = useProject('life', async (project) => {
      await project.init(pgbouncer, postgres, '--auth-type', auth);
      if (as !== undefined) await project.set({ pgbouncer: { version: as } });
      const { commands, verified } = await renderAndFollow(project);
      expect(commands).toEqual([
        'docker compose -f stack/prod/docker-compose.yml up -d --wait',
        'ecar-pool verify --env prod',
      ]);
      expect(verified.stdout).toContain('SHOW POOLS');
      expect(verified.code, verified.stdout).toBe(known.length === 0 ? 0 : 1);
    });

    it('must pass verify', async () => {
      expect(await failingChecks(useStack())).toEqual(known);
    });

    it('must store passwords as its PgBouncer can use them', async () => {
      const project = useStack();
      const userlist = await project.read('stack/prod/pgbouncer/userlist.txt');
      const { DB_PASSWORD = 'none' } = await starterSecrets(project);
      expect(userlist.includes(DB_PASSWORD)).toBe(as === '1.25.2');
      if (as === undefined)
        expect(userlist).toMatch(auth === 'md5' ? /_user" "md5/ : /_user" "SCRAM-SHA-256\$/);
    });

    it('must stay untouched by another render of the same settings', async () => {
      const project = useStack();
      const before = await fileStates(project.path('stack'));
      const { stdout } = await project.ecar(['render', '--env', 'prod']);
      expect(stdout).not.toContain('Next:');
      expect(await fileStates(project.path('stack'))).toEqual(before);
    });

    it('must take a reloadable change without a new container', async () => {
      const project = useStack();
      const before = await inspectContainer(project, 'pgbouncer');
      await project.set({ pgbouncer: { default_pool_size: 23 } });
      const { commands, verified } = await renderAndFollow(project);
      expect(commands).toContain('docker compose -f stack/prod/docker-compose.yml kill -s HUP pgbouncer');
      expect(await runningSetting(project, 'default_pool_size')).toBe('23');
      expect(verified.code, verified.stdout).toBe(known.length === 0 ? 0 : 1);
      await project.compose(['up', '-d', '--wait']);
      expect(await inspectContainer(project, 'pgbouncer')).toEqual(before);
    });

    it('must get a new pgbouncer container, and only that, for a change that needs a restart', async () => {
      const project = useStack();
      const before = await inspectContainer(project, 'pgbouncer');
      const database = await inspectContainer(project, 'postgres');
      await project.set({ pgbouncer: { pkt_buf: 8192 } });
      const { commands, verified } = await renderAndFollow(project);
      expect(commands[0]).toBe('docker compose -f stack/prod/docker-compose.yml up -d --wait');
      expect(await runningSetting(project, 'pkt_buf')).toBe('8192');
      expect(verified.code, verified.stdout).toBe(known.length === 0 ? 0 : 1);
      expect((await inspectContainer(project, 'pgbouncer')).id).not.toBe(before.id);
      expect(await inspectContainer(project, 'postgres')).toEqual(database);
    });

    it('must tell which container is out of date until up makes it anew, and only that', async () => {
      const project = useStack();
      const before = await inspectContainer(project, 'pgbouncer');
      await project.set({ postgres: { max_connections: 120 } });
      await project.ecar(['render', '--env', 'prod']);
      const stale = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
      expect(stale.stdout).toContain(
        'current containers — postgres was made before its part of docker-compose.yml or .env changed',
      );
      const [, command = 'false'] =
        /current containers.*\n.*\n +fix: run (docker .*)$/m.exec(stale.stdout) ?? [];
      await project.shell(command);
      expect(await failingChecks(project)).toEqual(known);
      expect(await inspectContainer(project, 'pgbouncer')).toEqual(before);
    });

    it('must keep logging in to Postgres after RECONNECT and after a restart of Postgres', async () => {
      const project = useStack();
      const login = await appLogin(project);
      await query(project, login, 'SELECT 1');
      await consoleTable(project, 'RECONNECT');
      expect(await query(project, login, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await project.compose(['restart', 'postgres']);
      await eventually(() => query(project, login, 'SELECT 1'));
      expect(await failingChecks(project, '--wait')).toEqual(known);
    });

    it('must tell of a folder that was deleted under its mount, until the containers are made anew', async () => {
      const project = useStack();
      await rm(project.path('stack/prod'), { recursive: true });
      await project.ecar(['render', '--env', 'prod']);
      await project.compose(['up', '-d', '--wait']);
      const stale = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
      expect(stale.stdout).toContain('FAIL  mounted files — the container sees no pgbouncer.ini');
      const [, command = 'false'] = /mounted files.*\n.*\n +fix: run (docker .*)$/m.exec(stale.stdout) ?? [];
      await project.shell(command);
      expect(await failingChecks(project, '--wait')).toEqual(known);
    });

    it('must tell of a pgbouncer that ended by itself though it is up again, until it is restarted', async () => {
      const project = useStack();
      const { startedAt } = await inspectContainer(project, 'pgbouncer');
      // Before 1.23 PgBouncer has no handler for SIGQUIT, which a first process then never gets.
      const signal = pgbouncer === IMAGES.pgbouncer118 ? 'TERM' : 'QUIT';
      await project.compose(['exec', '-T', 'pgbouncer', 'sh', '-c', `kill -${signal} 1`], { code: 'any' });
      await eventually(async () => {
        const now = await inspectContainer(project, 'pgbouncer');
        expect(now.running && now.startedAt !== startedAt).toBe(true);
      });
      const { stdout } = await project.ecar(['verify', '--env', 'prod', '--wait'], { code: 1 });
      expect(stdout).toMatch(
        /FAIL {2}container pgbouncer — running, healthy, ended and was restarted once, last \d+ s ago/,
      );
      await project.compose(['restart', 'pgbouncer']);
      expect(await failingChecks(project, '--wait')).toEqual(known);
    });

    it('must take a new password, user and database by the printed commands, and refuse the old password', async () => {
      const project = useStack();
      const before = await inspectContainer(project, 'pgbouncer');
      const old = await appLogin(project);
      const secrets = await project.read('.env.prod');
      await project.write('.env.prod', `${secrets}DB_PASSWORD='rotated'\nNEW_PASSWORD='of-the-new-user'\n`);
      await project.set({
        databases: { new_db: { users: ['new_user'] } },
        users: { new_user: { password: { env: 'NEW_PASSWORD' } } },
      });
      const { verified } = await renderAndFollow(project);
      expect(verified.code, verified.stdout).toBe(known.length === 0 ? 0 : 1);
      expect(await failingChecks(project)).toEqual(known);
      await query(project, { user: 'new_user', password: 'of-the-new-user', database: 'new_db' }, 'SELECT 1');
      await query(project, { ...old, password: 'rotated' }, 'SELECT 1');
      await expect(query(project, old, 'SELECT 1')).rejects.toThrow(/authentication failed/);
      expect((await inspectContainer(project, 'pgbouncer')).startedAt).toBe(before.startedAt);
    });

    it('must stop pgbouncer at once and with 0 though a client is connected', async () => {
      const project = useStack();
      const client = await connect(project, await appLogin(project));
      await client.query('SELECT 1');
      const began = performance.now();
      await project.compose(['stop', 'pgbouncer']);
      const tookMs = performance.now() - began;
      await client.end().catch(() => {});
      expect(await inspectContainer(project, 'pgbouncer')).toMatchObject({ running: false, exitCode: 0 });
      expect(tookMs).toBeLessThan(10_000);
    });

    it('must let a running transaction end when pgbouncer is stopped', async () => {
      const project = useStack();
      await project.compose(['start', 'pgbouncer']);
      const login = { ...(await appLogin(project)), password: 'rotated' };
      const client = await eventually(() => connect(project, login));
      await client.query('BEGIN');
      const [slept] = await Promise.all([
        client.query('SELECT 1 AS one FROM pg_sleep(3)').then(async ({ rows }) => {
          await client.query('COMMIT');
          return rows;
        }),
        project.compose(['stop', 'pgbouncer']),
      ]);
      await client.end().catch(() => {});
      expect(slept).toEqual([{ one: 1 }]);
      expect(await inspectContainer(project, 'pgbouncer')).toMatchObject({ running: false, exitCode: 0 });
    });

    it('must stop pgbouncer within seconds though a client of session mode idles', async () => {
      const project = useStack();
      await project.compose(['start', 'pgbouncer']);
      const login = { ...(await appLogin(project, `${project.name}_admin`)), password: 'rotated' };
      const client = await eventually(() => connect(project, login));
      await client.query('SELECT 1');
      const began = performance.now();
      await project.compose(['stop', 'pgbouncer']);
      const tookMs = performance.now() - began;
      await client.end().catch(() => {});
      // PgBouncer would wait for as long as the client stays, and is killed instead.
      expect(await inspectContainer(project, 'pgbouncer')).toMatchObject({ running: false, exitCode: 137 });
      expect(tookMs).toBeLessThan(15_000);
    });

    it('must leave nothing behind after down -v', async () => {
      const project = useStack();
      await project.compose(['down', '-v']);
      expect(await listAllOf(project.name)).toEqual([]);
    });
  });
}
