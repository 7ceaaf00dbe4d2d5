import { describe, expect, it } from 'vitest';
import { appLogin, connect, query } from './support/database.ts';
import { deploy } from './support/deploy.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { failingChecks, printedCommands } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { psqlLogin } from './support/psql.ts';
import { useProject } from './support/use-project.ts';

const CASES = [IMAGES.pgbouncer126, IMAGES.pgbouncer118].flatMap((pgbouncer) =>
  (['md5', 'scram-sha-256'] as const).map((auth) => ({ pgbouncer, auth })),
);

async function letIn(project: Project): Promise<void> {
  await project.set({
    databases: { [`${project.name}_db`]: { users: [`${project.name}_user`, 'guest'] } },
    users: { guest: { password: { env: 'GUEST_PASSWORD' } } },
  });
}

async function drop(project: Project): Promise<void> {
  await project.set({
    databases: { [`${project.name}_db`]: { users: [`${project.name}_user`] } },
    users: { guest: undefined },
  });
}

for (const { pgbouncer, auth } of CASES) {
  describe(`a user whom the settings drop, with ${auth} and ${pgbouncer.replace(/.*:/, 'PgBouncer ')}`, () => {
    const useStack = useProject('dropped', async (project) => {
      await project.init(pgbouncer, IMAGES.postgres17, '--auth-type', auth);
      await project.write('.env.prod', `${await project.read('.env.prod')}GUEST_PASSWORD='of-the-guest'\n`);
      await letIn(project);
      await deploy(project);
    });

    it('must be out once the deploy ends, connected or not', async () => {
      const project = useStack();
      const app = await appLogin(project);
      const guest = { ...app, user: 'guest', password: 'of-the-guest' };
      const connected = await connect(project, guest);
      expect((await connected.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
      await drop(project);
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

    it('must have verify fail until the steps have run that keep it out, one by one', async () => {
      const project = useStack();
      const guest = { ...(await appLogin(project)), user: 'guest', password: 'of-the-guest' };
      await letIn(project);
      await deploy(project, ['--no-backup']);
      const connected = await connect(project, guest);
      await connected.query('SELECT 1');
      await drop(project);
      const printed = printedCommands(await project.ecar(['render', '--env', 'prod']));
      const isRemembered = auth === 'scram-sha-256';
      const both = ['dropped-users', ...(isRemembered ? ['remembered-users'] : [])];
      expect(await failingChecks(project)).toEqual(both);
      // Nor does another look forget it, or one of the two steps alone.
      await project.shell(printed.find((command) => /kill -s HUP|restart pgbouncer/.test(command)) ?? '');
      await eventually(async () => expect(await failingChecks(project)).toEqual(['dropped-users']), 20_000);
      const { stdout } = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
      const [, fix = ''] = /fix: run (docker compose .*NOLOGIN.*)$/m.exec(stdout) ?? [];
      await project.shell(fix);
      await connected.end().catch(() => {});
      expect((await project.ecar(['verify', '--env', 'prod'])).stdout).toContain(
        'guest kept out by Postgres',
      );
      // Proved once, it is no concern any more.
      expect((await project.ecar(['verify', '--env', 'prod'])).stdout).not.toContain('dropped users');
      expect((await project.ecar(['render', '--env', 'prod'])).stdout).not.toContain('docker compose');
    });
  });
}
