import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { appLogin, connect, consoleTable, query } from './support/database.ts';
import { deploy, plannedKinds } from './support/deploy.ts';
import { IMAGES } from './support/images.ts';
import { findLeaks } from './support/leaks.ts';
import { runPgbench, startLogins } from './support/load.ts';
import { psqlLogin } from './support/psql.ts';
import { rotate, SERVER } from './support/rotate.ts';
import { useProject } from './support/use-project.ts';

const CASES = [
  { auth: 'scram-sha-256', pgbouncer: IMAGES.pgbouncer126, mode: 'transaction' },
  { auth: 'md5', pgbouncer: IMAGES.pgbouncer126, mode: 'session' },
  { auth: 'scram-sha-256', pgbouncer: IMAGES.pgbouncer118, mode: 'transaction' },
] as const;

for (const { auth, pgbouncer, mode } of CASES) {
  describe(`a password that is rotated under load, with ${auth} in ${mode} mode on ${pgbouncer.replace(/.*:/, 'PgBouncer ')}`, () => {
    const useStack = useProject('rotate', async (project) => {
      await project.init(pgbouncer, IMAGES.postgres17, '--auth-type', auth);
      const database = `${project.name}_db`;
      await project.write('.env.prod', `${await project.read('.env.prod')}OTHER_PASSWORD='of-the-other'\n`);
      await project.set({
        // Logins to Postgres all the time, so that some come at the wrong moment.
        pgbouncer: { pool_mode: mode, server_lifetime: 1, server_idle_timeout: 1, min_pool_size: 0 },
        databases: { [database]: { users: [`${project.name}_user`, 'other'] } },
        users: { other: { password: { env: 'OTHER_PASSWORD' } } },
      });
      await deploy(project);
      const app = await appLogin(project);
      await query(project, app, 'CREATE TABLE load AS SELECT id, 0 AS n FROM generate_series(1, 1000) AS id');
      await query(project, app, 'GRANT ALL ON load TO other');
    });

    it('must fail no login, and no transaction of whoever is connected', async () => {
      const project = useStack();
      const old = await appLogin(project);
      const next = { ...old, password: 'it\'s the "new" one $1 \\ é' };
      const other = { ...old, user: 'other', password: 'of-the-other' };
      const end = startLogins(project, { from: old, to: next, count: 10 });
      const benches = [
        runPgbench(project, old, { clients: 10, seconds: 15 }),
        runPgbench(project, other, { clients: 4, seconds: 15, anew: true }),
      ];
      await sleep(4000);
      const connectedBefore = await connect(project, old);
      await connectedBefore.query('SELECT 1');
      const outcome = await rotate(project, { args: ['--password-stdin'], input: `${next.password}\n` });
      const [connected, anew] = await Promise.all(benches);
      const logins = await end();
      console.log(`${auth}, ${mode}, ${pgbouncer}: ${JSON.stringify({ logins, connected, anew })}`);
      expect(plannedKinds(outcome)).toEqual(['secret', 'write', 'switch', 'verify']);
      expect(logins).toMatchObject({ failed: 0, changedOver: 10 });
      // What src/deploy/switch-password.ts tells of PgBouncer since 1.25.
      if (auth === 'md5' || pgbouncer === IMAGES.pgbouncer118) expect(logins.confused).toBe(0);
      expect(logins.done).toBeGreaterThan(200);
      expect(connected).toMatchObject({ failed: 0, aborted: 0 });
      expect(anew).toMatchObject({ failed: 0, aborted: 0 });
      expect(anew?.processed).toBeGreaterThan(100);
      expect(findLeaks(project.said.join(''), [old.password, next.password])).toEqual([]);
      for (const server of [undefined, SERVER]) {
        expect(await psqlLogin(project, next, server)).toBe('ok');
        expect(await psqlLogin(project, old, server)).toMatch(/authentication failed/);
      }
      // Each server connection anew, for those who are connected since before, too.
      await consoleTable(project, `RECONNECT ${old.database}`);
      expect((await connectedBefore.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }]);
      await connectedBefore.end();
    });
  });
}
