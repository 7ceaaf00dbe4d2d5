import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { ExternalPostgres } from './support/external-postgres.ts';
import { IMAGES } from './support/images.ts';
import { printedCommands } from './support/next-steps.ts';
import { useProject } from './support/use-project.ts';

const CASES = [
  {
    auth: 'md5',
    password_encryption: 'scram-sha-256',
    cause:
      /cause: userlist\.txt holds an md5 hash, and Postgres asks for SCRAM.*or the role has a SCRAM verifier/,
  },
  {
    auth: 'scram-sha-256',
    password_encryption: 'md5',
    cause: /cause: userlist\.txt holds a SCRAM verifier, and the Postgres role has an md5 hash/,
  },
  {
    auth: 'scram-sha-256',
    password_encryption: 'scram-sha-256',
    cause: /cause: Postgres refused what userlist\.txt holds for the user: .* SCRAM verifier/,
  },
] as const;

for (const { auth, password_encryption, cause } of CASES) {
  describe(`${auth} before a Postgres that someone else runs, with roles stored as ${password_encryption}`, () => {
    let postgres: ExternalPostgres;
    beforeAll(async () => {
      postgres = await ExternalPostgres.start();
    });
    afterAll(() => postgres.remove());
    const useStack = useProject('external', async (project) => {
      await project.ecar([
        ...['init', '--yes', '--name', project.name, '--auth-type', auth, '--postgres-host', postgres.name],
        ...['--pgbouncer-image', IMAGES.pgbouncer126],
      ]);
      await project.set({
        network: { name: postgres.name, external: true },
        pgbouncer: { port: project.port },
      });
      await postgres.createByHand(project, password_encryption);
    });

    let commands: string[];

    it('must fail verify with the cause until the roles are altered', async () => {
      const project = useStack();
      commands = printedCommands(await project.ecar(['render', '--env', 'prod']));
      expect(commands).toEqual([
        `psql -X -h ${postgres.name} -p 5432 -U postgres -f stack/prod/postgres/alter-roles.sql`,
        'docker compose -f stack/prod/docker-compose.yml up -d --wait',
        'ecar-pool verify --env prod',
      ]);
      await project.shell(commands[1] ?? '');
      const { stdout } = await project.shell(commands[2] ?? '', { code: 1 });
      expect(stdout).toMatch(cause);
    });

    it('must tell by its exit code that a role is not there', async () => {
      const project = useStack();
      const user = `${project.name}_user`;
      await postgres.rename(user, 'renamed');
      await expect(postgres.runBeside(project, commands[0] ?? '')).rejects.toThrow(
        `ERROR:  role "${user}" does not exist`,
      );
      await postgres.rename('renamed', user);
    });

    it('must pass verify once the printed SQL has run, without a reload', async () => {
      const project = useStack();
      await postgres.runBeside(project, commands[0] ?? '');
      // PgBouncer waits between two logins that Postgres refuses.
      await eventually(() => project.shell(commands[2] ?? ''), 10_000);
      // The SQL may be run again.
      await postgres.runBeside(project, commands[0] ?? '');
      await project.shell(commands[2] ?? '');
    });
  });
}

describe('md5 before a Postgres whose pg_hba.conf asks for SCRAM, as its image does', () => {
  let postgres: ExternalPostgres;
  beforeAll(async () => {
    postgres = await ExternalPostgres.start('scram-sha-256');
  });
  afterAll(() => postgres.remove());
  const useStack = useProject('hba', async (project) => {
    await project.ecar([
      ...['init', '--yes', '--name', project.name, '--auth-type', 'md5', '--postgres-host', postgres.name],
      ...['--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    await project.set({
      network: { name: postgres.name, external: true },
      pgbouncer: { port: project.port },
    });
    await postgres.run(`CREATE ROLE ${project.name}_user LOGIN`);
  });

  it('must name what is amiss, one thing after the other, and pass once the fixes are followed', async () => {
    const project = useStack();
    const [alter = '', up = '', verify = ''] = printedCommands(
      await project.ecar(['render', '--env', 'prod']),
    );
    await postgres.runBeside(project, alter);
    await project.shell(up);
    const first = await project.shell(verify, { code: 1 });
    expect(first.stdout).toMatch(
      /cause: userlist\.txt holds an md5 hash, .* its pg_hba\.conf demands scram-sha-256/,
    );
    expect(first.stdout).toContain(
      'fix: set pgbouncer.auth_type: scram-sha-256, and the password itself where the settings hold a hash of it; then run ecar-pool render --env prod',
    );

    await project.set({ pgbouncer: { auth_type: 'scram-sha-256' } });
    for (const command of printedCommands(await project.ecar(['render', '--env', 'prod'])).slice(0, -1)) {
      await (command === alter ? postgres.runBeside(project, command) : project.shell(command));
    }
    const second = await project.shell(verify, { code: 1 });
    expect(second.stdout).toContain('cause: The entry leads to a database that Postgres does not have');
    expect(second.stdout).toContain('create the database there (CREATE DATABASE');

    await postgres.run(`CREATE DATABASE ${project.name}_db OWNER ${project.name}_user`);
    await eventually(() => project.shell(verify), 10_000);

    await postgres.run(`DROP DATABASE ${project.name}_db WITH (FORCE)`, `DROP ROLE ${project.name}_user`);
    const third = await project.shell(verify, { code: 1 });
    expect(third.stdout).toMatch(
      /cause: Postgres refused what userlist\.txt holds for the user: .* no such role/,
    );
    expect(third.stdout).toContain('create it first (CREATE ROLE');
  });
});
