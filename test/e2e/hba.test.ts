import { describe, expect, it } from 'vitest';
import { appLogin } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { failingChecks } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { psqlLogin } from './support/psql.ts';
import { useProject } from './support/use-project.ts';

/** What rules have to quote, or would read as something else. */
const ODD = { user: `+it's "odd", #1`, password: 'of the odd one' };

/** An application that does nothing, and ends when it is told to. */
const APP = 'import signal; signal.signal(signal.SIGTERM, lambda *_: exit()); signal.pause()';

const rulesOf = (database: string, user: string) => [
  { database, user: ODD.user, address: '127.0.0.0/8', method: 'scram-sha-256' },
  { database: 'all', user: ODD.user, method: 'reject' },
  { database, user, address: '127.0.0.1/32', method: 'password' },
  { user: [user, 'pgbouncer', 'stats'], method: 'scram-sha-256' },
];

for (const [name, pgbouncer] of [
  ['1.26', IMAGES.pgbouncer126],
  ['1.24', IMAGES.pgbouncer124],
  ['1.18', IMAGES.pgbouncer118],
] as const) {
  describe(`rules of hba, as PgBouncer ${name} reads them`, () => {
    const useStack = useProject('hba', async (project) => {
      await project.init(pgbouncer, IMAGES.postgres17, '--auth-type', 'scram-sha-256');
      const database = `${project.name}_db`;
      const user = `${project.name}_user`;
      await project.set({
        users: { [ODD.user]: { password: { env: 'ODD_PASSWORD' } } },
        databases: { [database]: { users: [user, ODD.user] } },
        pgbouncer: {
          auth_type: 'hba',
          hba: rulesOf(database, user),
        },
      });
      const env = await project.read('.env.prod');
      await project.write('.env.prod', `${env}\nODD_PASSWORD='${ODD.password}'\n`, 0o600);
      await project.ecar(['render', '--env', 'prod']);
      await project.compose(['up', '-d', '--wait']);
    });
    const logInFromOutside = async (project: Project, user: string, password: string) => {
      const { code, stderr } = await project.docker(
        [
          ...['run', '--rm', '--network', `${project.name}_${project.name}-network`, '-e', 'PGPASSWORD'],
          ...['--entrypoint', 'psql', IMAGES.postgres17, '-X', '-w', '-At', '-h', 'pgbouncer'],
          ...['-p', String(project.port), '-U', user, '-d', `${project.name}_db`, '-c', 'SELECT 1'],
        ],
        { env: { PGPASSWORD: password }, code: 'any' },
      );
      return code === 0 ? 'ok' : stderr.trim();
    };

    it('must all be read, and let in whom verify tries', async () => {
      const project = useStack();
      await project.ecar(['verify', '--env', 'prod', '--wait']);
      const { stdout, stderr } = await project.compose(['logs', 'pgbouncer']);
      expect(stdout + stderr).not.toMatch(/could not parse hba|hba line/);
    });

    it('must be read anew before verify takes them for what runs', async () => {
      const project = useStack();
      const verify = ['verify', '--env', 'prod'];
      const { user, database } = await appLogin(project);
      const tighter = { user: ODD.user, address: '192.0.2.1/32', method: 'reject' };
      await project.set({ pgbouncer: { hba: [tighter, ...rulesOf(database, user)] } });
      await project.ecar(['render', '--env', 'prod']);
      await eventually(async () => expect(await failingChecks(project)).toEqual(['rule-files']));
      const { stdout } = await project.ecar(verify, { code: 1 });
      const [, fix = ''] = /fix: run (docker compose .*kill -s HUP pgbouncer)$/m.exec(stdout) ?? [];
      await project.shell(fix);
      await eventually(async () => {
        const { stdout } = await project.ecar(verify);
        expect(stdout).toContain('read by PgBouncer since it changed');
      }, 20_000);
      expect((await project.ecar(verify)).stdout).not.toContain('since it changed');
    });

    it('must let in by address, the first one that fits', async () => {
      const project = useStack();
      const { user, password, database } = await appLogin(project);
      expect(await psqlLogin(project, { ...ODD, database })).toBe('ok');
      expect(await logInFromOutside(project, ODD.user, ODD.password)).toContain('login rejected');
      expect(await psqlLogin(project, { user, password, database })).toBe('ok');
      expect(await psqlLogin(project, { user, password: 'wrong', database })).toContain('failed');
      expect(await logInFromOutside(project, user, password)).toBe('ok');
      expect(await logInFromOutside(project, user, 'wrong')).toContain('failed');
    });

    it('must be said to shut out the network of the stack, which verify does not see, and let it in by the fix', async () => {
      const project = useStack();
      const { user, password, database } = await appLogin(project);
      const rules = [
        { address: '127.0.0.1/32', method: 'scram-sha-256' },
        { user: [user], address: '10.0.0.0/8', method: 'scram-sha-256' },
        { user: ['pgbouncer', 'stats', ODD.user], method: 'scram-sha-256' },
      ];
      await project.set({ pgbouncer: { hba: rules } });
      // Who comes from elsewhere has a rule; the application comes from that network.
      expect((await project.ecar(['check', '--env', 'prod'])).stdout).not.toContain('hba-shut-out');
      const command = ['python', '-c', APP];
      await project.set({ app: { service: 'app', kind: 'other', image: IMAGES.django, command } });
      const { stdout } = await project.ecar(['check', '--env', 'prod']);
      expect(stdout).toContain(
        `warning [hba-shut-out]: no rule lets "${user}" into "${database}" from 172.16.0.0/12 or 192.168.0.0/16`,
      );
      await project.ecar(['deploy', '--env', 'prod', '--yes']);
      // The words of 1.18 are others.
      expect(await logInFromOutside(project, user, password)).toMatch(
        /no authentication method|login rejected/,
      );
      const networks = ['172.16.0.0/12', '192.168.0.0/16'];
      const mended = networks.map((address) => ({ user, address, method: 'scram-sha-256' }));
      await project.set({ pgbouncer: { hba: [...rules, ...mended] } });
      expect((await project.ecar(['check', '--env', 'prod'])).stdout).not.toContain('hba-shut-out');
      await project.ecar(['deploy', '--env', 'prod', '--yes']);
      expect(await logInFromOutside(project, user, password)).toBe('ok');
    });

    it('must let in without a password whom a rule trusts, and verify must say so', async () => {
      const project = useStack();
      const { user, database } = await appLogin(project);
      await project.set({
        pgbouncer: {
          hba: [{ address: '127.0.0.1/32', method: 'trust' }, { method: 'scram-sha-256' }],
        },
      });
      await project.ecar(['deploy', '--env', 'prod', '--yes']);
      const { stdout } = await project.ecar(['verify', '--env', 'prod']);
      expect(stdout).toMatch(
        /wrong password — because the rule of hba for .* asks for no password \(trust\)/,
      );
      expect(await psqlLogin(project, { user, password: 'wrong', database })).toBe('ok');
      expect(await logInFromOutside(project, user, 'wrong')).toContain('failed');
    });
  });
}
