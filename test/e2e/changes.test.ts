import { describe, expect, it } from 'vitest';
import { appLogin, query, runningSetting } from './support/database.ts';
import { IMAGES } from './support/images.ts';
import { renderAndFollow } from './support/next-steps.ts';
import { useProject } from './support/use-project.ts';

const CASES = [
  { auth: 'md5', other: 'scram-sha-256', postgres: IMAGES.postgres18 },
  { auth: 'scram-sha-256', other: 'md5', postgres: IMAGES.postgres17 },
] as const;

for (const { auth, other, postgres } of CASES) {
  describe(`a running stack with ${auth} and ${postgres.replace(/.*\//, '')} on a port of its own`, () => {
    const useStack = useProject('changes', async (project) => {
      await project.init(IMAGES.pgbouncer126, postgres, '--auth-type', auth);
      await project.set({ postgres: { port: 5444 } });
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

    it.each([other, auth])('must go over to %s by the printed commands', async (auth_type) => {
      const project = useStack();
      await project.set({ pgbouncer: { auth_type } });
      const { verified } = await renderAndFollow(project);
      expect(verified.code, verified.stdout).toBe(0);
      expect(await runningSetting(project, 'auth_type')).toBe(auth_type);
    });
  });
}
