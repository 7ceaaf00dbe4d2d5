import { describe, expect, it } from 'vitest';
import { appLogin, connect, query } from './support/database.ts';
import { deploy } from './support/deploy.ts';
import { IMAGES } from './support/images.ts';
import { psqlLogin } from './support/psql.ts';
import { useProject } from './support/use-project.ts';

const CASES = [IMAGES.pgbouncer126, IMAGES.pgbouncer118].flatMap((pgbouncer) =>
  (['md5', 'scram-sha-256'] as const).map((auth) => ({ pgbouncer, auth })),
);

for (const { pgbouncer, auth } of CASES) {
  describe(`a user whom the settings drop, with ${auth} and ${pgbouncer.replace(/.*:/, 'PgBouncer ')}`, () => {
    const useStack = useProject('dropped', async (project) => {
      await project.init(pgbouncer, IMAGES.postgres17, '--auth-type', auth);
      const users = [`${project.name}_user`, 'guest'];
      await project.write('.env.prod', `${await project.read('.env.prod')}GUEST_PASSWORD='of-the-guest'\n`);
      await project.set({
        databases: { [`${project.name}_db`]: { users } },
        users: { guest: { password: { env: 'GUEST_PASSWORD' } } },
      });
      await deploy(project);
    });

    it('must be out once the deploy ends, connected or not', async () => {
      const project = useStack();
      const app = await appLogin(project);
      const guest = { ...app, user: 'guest', password: 'of-the-guest' };
      const connected = await connect(project, guest);
      expect((await connected.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
      await project.set({
        databases: { [app.database]: { users: [app.user] } },
        users: { guest: undefined },
      });
      await deploy(project, ['--no-backup']);
      await expect(connected.query('SELECT 1 AS n')).rejects.toThrow();
      await connected.end().catch(() => {});
      expect(await psqlLogin(project, guest)).toMatch(/authentication failed/);
      expect(await psqlLogin(project, guest, { host: 'postgres', port: 5432 })).toMatch(
        /is not permitted to log in/,
      );
      const left = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'guest'`;
      expect(await query(project, app, left)).toEqual([{ n: 0 }]);
    });
  });
}
