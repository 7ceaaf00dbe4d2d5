import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Identity, makeAuthority, makeIdentity } from '../support/certificates.ts';
import { appLogin } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { ExternalPostgres } from './support/external-postgres.ts';
import { switchOnTls, writeIdentity } from './support/identities.ts';
import { IMAGES } from './support/images.ts';
import { printedCommands } from './support/next-steps.ts';
import { psqlLogin } from './support/psql.ts';
import { rotate } from './support/rotate.ts';
import { useProject } from './support/use-project.ts';

const ca = makeAuthority('our CA');
const other = makeAuthority('another CA');

describe.each([IMAGES.pgbouncer126, IMAGES.pgbouncer118])('verify-full from %s to Postgres', (image) => {
  let postgres: ExternalPostgres;
  let roles = '';
  beforeAll(async () => {
    postgres = await ExternalPostgres.start('md5');
    await switchOnTls(postgres, makeIdentity('postgres', { issuer: ca, hosts: [postgres.name] }));
  });
  afterAll(() => postgres.remove());
  const useStack = useProject('tlsserver', async (project) => {
    await project.ecar([
      ...['init', '--yes', '--name', project.name, '--auth-type', 'md5', '--postgres-host', postgres.name],
      ...['--pgbouncer-image', image],
    ]);
    await project.write('ca.crt', ca.cert);
    await project.set({
      network: { name: postgres.name, external: true },
      pgbouncer: { port: project.port, server_tls_sslmode: 'verify-full', server_tls_ca_file: 'ca.crt' },
      backup: { image: IMAGES.postgres17 },
    });
    await postgres.createByHand(project, 'md5');
    const commands = printedCommands(await project.ecar(['render', '--env', 'prod']));
    const [, up = ''] = commands;
    [roles = ''] = commands;
    await project.shell(up);
  });

  const verify = (code: number) =>
    eventually(() => useStack().ecar(['verify', '--env', 'prod'], { code }), 30_000);
  /** As after a renewal: what is open stays open, and PgBouncer is to make new connections. */
  const serve = async (identity: Identity) => {
    await switchOnTls(postgres, identity);
    await useStack().compose(['restart', 'pgbouncer']);
  };

  it('must work with the right authority, and nothing of it may go in plain text', async () => {
    const { stdout } = await verify(0);
    expect(stdout).toContain('SELECT 1 answered by Postgres');
    const ask = `SELECT count(*) FILTER (WHERE ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = '${useStack().name}_user'`;
    const rows = await postgres.runIn('postgres', ask);
    const [, encrypted, all] = /^(\d+)\|(\d+)$/m.exec(rows) ?? [];
    expect(Number(all)).toBeGreaterThan(0);
    expect(encrypted).toBe(all);
  });

  it('must have psql go by them, too, with the SQL for the roles', async () => {
    expect(roles).toContain(`-d 'sslmode=verify-full sslrootcert=stack/prod/pgbouncer/server_tls_ca.pem' -f`);
    await postgres.runBeside(useStack(), roles);
  });

  it('must be dumped by the same rules', async () => {
    const project = useStack();
    await project.ecar(['backup', '--env', 'prod']);
    expect((await readdir(project.path('backups/prod'))).length).toBeGreaterThan(0);
  });

  it.each<[string, () => Identity, string | RegExp]>([
    [
      'for another host',
      () => makeIdentity('postgres', { issuer: ca, hosts: ['elsewhere'] }),
      'cause: The certificate of Postgres is for another host than the one that PgBouncer connects to',
    ],
    [
      'of another authority',
      () => makeIdentity('postgres', { issuer: other, hosts: [postgres.name] }),
      'cause: The certificate of Postgres is signed by CN=another CA, and not by the authority of server_tls_ca_file, CN=our CA',
    ],
    [
      'that has expired',
      () => makeIdentity('postgres', { issuer: ca, hosts: [postgres.name], from: -20, to: -1 }),
      /cause: The certificate of Postgres expired on \d{4}-\d\d-\d\d\n/,
    ],
  ])('must fail with the cause named, with a certificate %s', async (_, identity, cause) => {
    await serve(identity());
    const { stdout } = await verify(1);
    expect(stdout).toMatch(cause);
    // What cannot tell who answers must give nobody a password.
    await expect(postgres.runBeside(useStack(), roles)).rejects.toThrow(/certificate/);
  });

  it('must make no connection by a CA file without the root, as check says beforehand, and one by both', async () => {
    const project = useStack();
    const between = makeAuthority('a CA between', { issuer: ca });
    await switchOnTls(postgres, makeIdentity('postgres', { issuer: between, hosts: [postgres.name] }));
    await project.write('ca.crt', between.cert);
    const { stdout } = await project.ecar(['check', '--env', 'prod'], { code: 1 });
    expect(stdout).toContain('error [ca-without-root]');
    await project.write('ca.crt', ca.cert);
    const { user, password, database } = await appLogin(project);
    const logInBy = async (authorities: string) => {
      await project.write('stack/prod/pgbouncer/server_tls_ca.pem', authorities);
      await project.compose(['restart', 'pgbouncer']);
      return psqlLogin(project, { user, password, database });
    };
    const refusal = /certificate verify failed|server_login_retry|timeout/;
    await eventually(async () => expect(await logInBy(between.cert)).toMatch(refusal));
    await eventually(async () => expect(await logInBy(between.cert + ca.cert)).toBe('ok'));
    await project.write('stack/prod/pgbouncer/server_tls_ca.pem', ca.cert);
  });

  it('must show Postgres a certificate where that asks for one, and name what is missing where it does not', async () => {
    const project = useStack();
    await serve(makeIdentity('postgres', { issuer: ca, hosts: [postgres.name] }));
    await verify(0);
    await postgres.run(
      `COPY (SELECT 'hostssl all all all md5 clientcert=verify-ca' UNION ALL SELECT 'local all all trust') TO '/tmp/hba.conf'`,
      `COPY (SELECT '${ca.cert.replaceAll('\n', '|')}') TO PROGRAM 'tr "|" "\\n" > /tmp/ca.crt'`,
      "ALTER SYSTEM SET ssl_ca_file = '/tmp/ca.crt'",
      "ALTER SYSTEM SET hba_file = '/tmp/hba.conf'",
    );
    await project.docker(['restart', postgres.name]);
    await eventually(() => postgres.run('SELECT 1'));
    const failed = await verify(1);
    expect(failed.stdout).toContain("cause: Postgres's pg_hba.conf asks PgBouncer for a certificate");

    await writeIdentity(project, 'pool', makeIdentity('pool', { issuer: ca }));
    await project.set({ pgbouncer: { server_tls_cert_file: 'pool.crt', server_tls_key_file: 'pool.key' } });
    const commands = printedCommands(await project.ecar(['render', '--env', 'prod']));
    expect(commands[0]).toBe('docker compose -f stack/prod/docker-compose.yml kill -s HUP pgbouncer');
    for (const command of commands.slice(0, -1)) await project.shell(command);
    await verify(0);
    // Over the connection that is open by now, which has psql prove the role at Postgres itself.
    const { stdout } = await eventually(async () => {
      const outcome = await verify(0);
      expect(outcome.stdout).toMatch(/over a server connection/);
      return outcome;
    });
    expect(stdout).toContain('Postgres lets the role in anew, too');
    await rotate(project, { args: ['--password-stdin'], input: 'of-the-next-one' });
    const left = await project.compose(['exec', '-T', 'pgbouncer', 'ls', '-A', '/dev/shm']);
    expect(left.stdout.trim()).toBe('');
  });
});
