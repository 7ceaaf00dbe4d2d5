import { describe, expect, it } from 'vitest';
import { appLogin, query, runningSetting, starterSecrets } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { failingChecks, renderAndFollow } from './support/next-steps.ts';
import { psqlLogin } from './support/psql.ts';
import { useProject } from './support/use-project.ts';

const CASES = [
  { auth: 'md5', other: 'scram-sha-256', postgres: IMAGES.postgres18 },
  { auth: 'scram-sha-256', other: 'md5', postgres: IMAGES.postgres17 },
] as const;

/** Postgres as the pgbouncer container reaches it. */
const SERVER = { host: 'postgres', port: 5444 };

for (const { auth, other, postgres } of CASES) {
  describe(`a running stack with ${auth} and ${postgres.replace(/.*\//, '')} on a port of its own`, () => {
    const useStack = useProject('changes', async (project) => {
      await project.init(IMAGES.pgbouncer126, postgres, '--auth-type', auth);
      await project.set({ postgres: { port: SERVER.port, user: 'The Boss', max_connections: 200 } });
      const { verified } = await renderAndFollow(project);
      expect(verified.code, verified.stdout).toBe(0);
    });

    it('must take a new password by the printed commands', async () => {
      const project = useStack();
      await project.write('.env.prod', `${await project.read('.env.prod')}DB_PASSWORD='rotated'\n`);
      const { commands, verified } = await renderAndFollow(project);
      expect(commands[0]).toContain(' psql -X -p 5444 ');
      expect(verified.code, verified.stdout).toBe(0);
      const login = { ...(await appLogin(project)), password: 'rotated' };
      expect(await query(project, login, 'SHOW port')).toEqual([{ port: '5444' }]);
    });

    it('must take a new password of the superuser by the printed commands, and refuse the old one', async () => {
      const project = useStack();
      const { POSTGRES_PASSWORD: password = '' } = await starterSecrets(project);
      const old = { user: 'The Boss', password, database: 'postgres' };
      expect(await psqlLogin(project, old, SERVER)).toBe('ok');
      await project.write(
        '.env.prod',
        `${await project.read('.env.prod')}POSTGRES_PASSWORD='é of the boss'\n`,
      );
      const { verified } = await renderAndFollow(project);
      expect(verified.code, verified.stdout).toBe(0);
      expect(await psqlLogin(project, { ...old, password: 'é of the boss' }, SERVER)).toBe('ok');
      expect(await psqlLogin(project, old, SERVER)).toMatch(/password authentication failed for user/);
    });

    it('must shut out a user that the settings drop, and let it in again when it is back', async () => {
      const project = useStack();
      const database = `${project.name}_db`;
      const login = { user: `o'brien "bo"`, password: 'of-the-user', database };
      await project.write(
        '.env.prod',
        `${await project.read('.env.prod')}ITS_PASSWORD='${login.password}'\n`,
      );
      const follow = async (users: readonly string[], user: unknown) => {
        await project.set({ databases: { [database]: { users } }, users: { [login.user]: user } });
        const { commands, verified } = await renderAndFollow(project);
        expect(verified.code, verified.stdout).toBe(0);
        return commands;
      };
      const app = `${project.name}_user`;
      await follow([app, login.user], { password: { env: 'ITS_PASSWORD' } });
      expect([await psqlLogin(project, login), await psqlLogin(project, login, SERVER)]).toEqual([
        'ok',
        'ok',
      ]);

      const commands = await follow([app], undefined);
      expect(commands).toContain(
        `docker compose -f stack/prod/docker-compose.yml ${auth === 'md5' ? 'kill -s HUP' : 'restart'} pgbouncer`,
      );
      expect(await psqlLogin(project, login)).toMatch(/authentication failed/);
      expect(await psqlLogin(project, login, SERVER)).toMatch(/is not permitted to log in/);

      await follow([app, login.user], { password: { env: 'ITS_PASSWORD' } });
      expect([await psqlLogin(project, login), await psqlLogin(project, login, SERVER)]).toEqual([
        'ok',
        'ok',
      ]);
    });

    it('must keep users out of databases that do not list them, also those who were listed before', async () => {
      const project = useStack();
      const [mine, theirs] = [`${project.name}_db`, 'their "db"'];
      const app = await appLogin(project);
      const login = { user: 'their user', password: 'of-their-user' };
      await project.write(
        '.env.prod',
        `${await project.read('.env.prod')}THEIR_PASSWORD='${login.password}'\n`,
      );
      const follow = async (users: readonly string[]) => {
        await project.set({
          databases: { theirs: { dbname: theirs, users: [login.user] }, [mine]: { users } },
          users: { [login.user]: { password: { env: 'THEIR_PASSWORD' } } },
        });
        const { verified } = await renderAndFollow(project);
        expect(verified.code, verified.stdout).toBe(0);
        expect(verified.stdout).toMatch(/^ok {4}database of others — .* is refused .* by Postgres$/m);
        return psqlLogin(project, { ...login, database: mine });
      };
      expect(await follow([app.user, login.user])).toBe('ok');
      expect(await follow([app.user])).toMatch(/permission denied for database/);
      expect(await psqlLogin(project, { ...login, database: 'theirs' })).toBe('ok');

      // What verify says of a server that lets everyone in.
      const grant = `GRANT CONNECT ON DATABASE ${mine} TO PUBLIC`;
      const psql = ['psql', '-X', '-p', String(SERVER.port), '-U', 'The Boss', '-d', 'postgres', '-c', grant];
      await project.compose(['exec', '-T', 'postgres', ...psql]);
      // PgBouncer repeats a refusal for a while before it asks again.
      await eventually(async () => expect(await failingChecks(project)).toEqual(['others-database']));
    });

    it.each([other, auth])('must go over to %s by the printed commands', async (auth_type) => {
      const project = useStack();
      await project.set({ pgbouncer: { auth_type } });
      const { verified } = await renderAndFollow(project);
      expect(verified.code, verified.stdout).toBe(0);
      expect(await runningSetting(project, 'auth_type')).toBe(auth_type);
    });
  });
}
