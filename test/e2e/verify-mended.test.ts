import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { appLogin, consoleTable, query, starterSecrets } from './support/database.ts';
import { IMAGES } from './support/images.ts';
import { renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly observed: string;
  readonly cause?: string;
  readonly hint?: string;
}

/** What verify says of each check that fails, and of the first login; every entry leads to one database. */
async function look(project: Project, code: 0 | 1): Promise<{ failures: Check[]; login: Check }> {
  const { stdout } = await project.ecar(['verify', '--env', 'prod', '--json'], { code });
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  const login = checks.find(({ id }) => id.startsWith('login:'));
  if (login === undefined) throw new Error('verify tried no login');
  return { failures: checks.filter(({ status }) => status === 'fail'), login };
}

/** The command that a fix begins with, after its verb. */
function commandOf(hint = ''): string {
  return /(docker compose [^;]*?)(?:;.*)?$/.exec(hint)?.[1] ?? 'false';
}

const CASES = [
  { auth: 'md5', image: IMAGES.pgbouncer126 },
  { auth: 'md5', image: IMAGES.pgbouncer124 },
  { auth: 'md5', image: IMAGES.pgbouncer118 },
  { auth: 'scram-sha-256', image: IMAGES.pgbouncer126 },
] as const;

for (const { auth, image } of CASES) {
  describe(`verify, and what its fixes do, with ${auth} and ${image.replace(/.*:/, 'PgBouncer ')}`, () => {
    const useStack = useProject('mended', async (project) => {
      await project.init(image, IMAGES.postgres17, '--auth-type', auth);
      // No server connection but those of clients, and an error kept for longer than the next command takes.
      await project.set({ pgbouncer: { min_pool_size: 0, server_login_retry: 6 } });
      expect((await renderAndFollow(project)).verified.code).toBe(0);
    });
    const asSuperuser = (project: Project, ...statements: readonly string[]) =>
      project.compose([
        ...['exec', '-T', 'postgres', 'psql', '-X', '-U', 'postgres', '-v', 'ON_ERROR_STOP=1'],
        ...statements.flatMap((statement) => ['-c', statement]),
      ]);

    it('must fail a pool that lives on server connections from before the password changed', async () => {
      const project = useStack();
      const { user } = await appLogin(project);
      await sleep(1100);
      expect((await look(project, 0)).login.observed).toMatch(
        /^SELECT 1 answered by Postgres over a server connection that is \d+ s old; Postgres lets the role in anew, too$/,
      );
      await asSuperuser(project, `ALTER ROLE ${user} PASSWORD 'another'`);
      const { failures, login } = await look(project, 1);
      expect(failures.every(({ cause }) => cause?.startsWith('Postgres refused'))).toBe(true);
      expect(login.observed).toMatch(
        /^a new login at Postgres fails: FATAL: password authentication failed for user .* still answers over a server connection that is \d+ s old$/,
      );
      await project.shell(commandOf(failures[0]?.hint));
      expect((await look(project, 0)).login.observed).toContain('Postgres lets the role in anew, too');
    });

    it.skipIf(image === IMAGES.pgbouncer118 || auth !== 'md5')(
      'must fail one whose role was stored as SCRAM since; libpq 15 cannot tell',
      async () => {
        const project = useStack();
        const { user, password } = await appLogin(project);
        await asSuperuser(
          project,
          "SET password_encryption = 'scram-sha-256'",
          `ALTER ROLE ${user} PASSWORD '${password}'`,
        );
        const { failures } = await look(project, 1);
        expect(failures[0]?.cause).toMatch(/md5 hash, and Postgres asks for SCRAM/);
        await project.shell(/docker compose [^;]*/.exec(failures[0]?.hint ?? '')?.[0] ?? 'false');
        await look(project, 0);
      },
    );

    it('must pass right after Postgres was mended, though PgBouncer waits or repeats the error', async () => {
      const project = useStack();
      const login = await appLogin(project);
      await asSuperuser(project, `ALTER ROLE ${login.user} PASSWORD 'another'`);
      await consoleTable(project, 'RECONNECT');
      await expect(query(project, login, 'SELECT 1')).rejects.toThrow(/password authentication failed for/);
      await project.compose([
        ...['exec', '-T', 'postgres', 'psql', '-X', '-U', 'postgres'],
        ...['-f', '/docker-entrypoint-initdb.d/10-ecar-pool.sql'],
      ]);
      expect((await look(project, 0)).login.observed).toMatch(/^SELECT 1 answered by Postgres/);
    });

    it('must undo PAUSE and DISABLE by the command that it gives, once psql has the password', async () => {
      const project = useStack();
      const { database } = await appLogin(project);
      const { PGBOUNCER_ADMIN_PASSWORD: password } = await starterSecrets(project);
      // Before 1.19 the console does not tell that all is paused.
      const pauseAll = image === IMAGES.pgbouncer118 ? [] : ['PAUSE'];
      for (const statement of [...pauseAll, `PAUSE ${database}`, `DISABLE ${database}`]) {
        await consoleTable(project, statement);
        const { failures } = await look(project, 1);
        const hint = failures.find(({ id }) => id === 'active')?.hint ?? '';
        // Without a terminal, psql asks on stdin.
        const command = commandOf(hint).replace(' exec ', ' exec -T ');
        await project.shell(command, { input: `${password}\n` });
        await look(project, 0);
      }
    });
  });
}
