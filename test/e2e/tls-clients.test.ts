import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { makeAuthority, makeIdentity } from '../support/certificates.ts';
import { appLogin } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { psqlBeside, writeIdentity } from './support/identities.ts';
import { IMAGES } from './support/images.ts';
import { printedCommands, renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const ca = makeAuthority('our CA');
const server = (to: number) => makeIdentity('pool', { issuer: ca, hosts: ['pgbouncer', '127.0.0.1'], to });

describe.each([
  [IMAGES.pgbouncer126, IMAGES.postgres17],
  [IMAGES.pgbouncer118, IMAGES.postgres18],
])('TLS between clients and %s', (pgbouncer, postgres) => {
  const useStack = useProject('tlsclient', async (project) => {
    await project.init(pgbouncer, postgres, '--auth-type', 'scram-sha-256');
    await project.write('ca.crt', ca.cert);
    await writeIdentity(project, 'server', server(200));
    for (const user of [`${project.name}_user`, 'pgbouncer', 'stats'])
      await writeIdentity(project, user, makeIdentity(user, { issuer: ca }));
    await project.set({
      pgbouncer: {
        client_tls_sslmode: 'require',
        client_tls_cert_file: 'server.crt',
        client_tls_key_file: 'server.key',
      },
      monitoring: { prometheus: { external: true, exporter: { image: IMAGES.exporter } } },
    });
  });

  /** psql in the stack's network, as the application or somebody else. */
  const psql = async (conninfo: string, user?: string) => {
    const project = useStack();
    const login = await appLogin(project);
    const text = `dbname=${login.database} user=${user ?? login.user} sslrootcert=/project/ca.crt ${conninfo}`;
    return psqlBeside(project, `${project.name}_${project.name}-network`, text, login.password);
  };
  const showing = (user: string) => `sslcert=/project/${user}.crt sslkey=/project/${user}.key`;

  it('must let clients in by TLS that they verify, verify and the exporter among them, and nobody without', async () => {
    const { verified } = await renderAndFollow(useStack());
    expect(verified.stdout).toMatch(
      /ok {4}TLS to clients — TLSv1\.3, certificate of CN=pool, (?:199|200) days left/,
    );
    expect(verified.stdout).toMatch(/ok {4}.*exporter/);
    expect(verified).toMatchObject({ code: 0 });
    expect(await psql('sslmode=verify-full')).toBe('ok');
    expect(await psql('sslmode=disable')).toContain('SSL required');
  });

  it('must show a renewed certificate after a reload, which ends no connection', async () => {
    const project = useStack();
    const open = await openSession(project);
    await writeIdentity(project, 'server', server(300));
    const reload = 'docker compose -f stack/prod/docker-compose.yml kill -s HUP pgbouncer';
    const commands = printedCommands(await project.ecar(['render', '--env', 'prod']));
    expect(commands).toEqual([reload, 'ecar-pool verify --env prod']);
    const stale = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
    expect(stale.stdout).toContain(
      'PgBouncer has not reloaded since the certificate was renewed, or could not',
    );
    expect(stale.stdout).toContain(reload);
    await project.shell(reload);
    const { stdout } = await eventually(() => project.ecar(['verify', '--env', 'prod']));
    expect(stdout).toMatch(/certificate of CN=pool, (?:299|300) days left/);
    expect((await open.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await open.end();
  });

  it('must ask clients for a certificate beside the password, and be proved with those of the settings', async () => {
    const project = useStack();
    const user = `${project.name}_user`;
    await project.set({
      pgbouncer: { client_tls_sslmode: 'verify-full', client_tls_ca_file: 'ca.crt' },
      users: { [user]: { sslcert: `${user}.crt`, sslkey: `${user}.key` } },
    });
    const { verified } = await renderAndFollow(project);
    expect(verified.stdout).toMatch(/ok {4}login pgbouncer to pgbouncer|ok {4}admin console/);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stdout).toMatch(/ok {4}.*exporter/);
    expect(await psql(`sslmode=verify-full ${showing(user)}`)).toBe('ok');
    expect(await psql('sslmode=verify-full')).toMatch(/certificate required|handshake failure/);
    expect(await runDjango(project, user), "libpq's variables are enough for Django").toBe('verify-full: 1');
    const left = await project.compose(['exec', '-T', 'pgbouncer', 'ls', '/dev/shm']);
    expect(left.stdout.trim(), 'verify takes away what it put there').toBe('');
  });

  it('must let in who comes by a certificate of the name, and nobody else', async () => {
    const project = useStack();
    const user = `${project.name}_user`;
    const own = (name: string) => ({ sslcert: `${name}.crt`, sslkey: `${name}.key` });
    await project.set({
      pgbouncer: { auth_type: 'cert' },
      users: { pgbouncer: { ...own('pgbouncer'), password: undefined }, stats: own('stats') },
    });
    const { verified } = await renderAndFollow(project);
    expect(verified.stdout).toContain('ok    wrong certificate — pgbouncer is refused by PgBouncer');
    expect(verified.stdout).toMatch(/ok {4}.*exporter/);
    expect(verified).toMatchObject({ code: 0 });

    expect(await psql(`sslmode=verify-full ${showing(user)}`)).toBe('ok');
    expect(await psql(`sslmode=verify-full ${showing(user)}`, 'stats')).toContain(
      'certificate authentication failed',
    );
    expect(await psql('sslmode=verify-full')).toMatch(/certificate required|handshake failure/);

    await writeIdentity(project, 'forged', makeIdentity(user, { issuer: makeAuthority('our CA') }));
    expect(await psql(`sslmode=verify-full ${showing('forged')}`)).toMatch(
      /unknown ca|decrypt error|bad certificate/,
    );
  });

  it('must refuse a certificate for servers, and chains whose root the CA file lacks, as check says beforehand', async () => {
    const project = useStack();
    const user = `${project.name}_user`;
    const own = await project.read(`${user}.crt`);
    const ownKey = await project.read(`${user}.key`);
    const refused = async (code: string) => {
      const { stdout } = await project.ecar(['check', '--env', 'prod'], { code: 1 });
      expect(stdout).toContain(`error [${code}]`);
    };
    await writeIdentity(project, user, makeIdentity(user, { issuer: ca, usages: ['serverAuth'] }));
    expect(await psql(`sslmode=verify-full ${showing(user)}`)).toMatch(/alert unsupported certificate/);
    await refused('certificate-usage');
    await writeIdentity(project, user, makeIdentity(user, { issuer: ca, usages: ['clientAuth'] }));
    expect(await psql(`sslmode=verify-full ${showing(user)}`)).toBe('ok');

    const between = makeAuthority('a CA between', { issuer: ca });
    const bundle = 'stack/prod/pgbouncer/client_tls_ca.pem';
    const rendered = await project.read(bundle);
    await writeIdentity(project, user, makeIdentity(user, { issuer: between }));
    await project.write('ca.crt', between.cert);
    await refused('ca-without-root');
    // psql goes by it, too.
    await project.write('ca.crt', ca.cert);
    const reload = async (text: string) => {
      await project.write(bundle, text);
      await project.compose(['kill', '-s', 'HUP', 'pgbouncer']);
    };
    const showUser = () => psql(`sslmode=verify-full ${showing(user)}`);
    await reload(between.cert);
    await eventually(async () => expect(await showUser()).toMatch(/unknown ca/));
    await reload(between.cert + ca.cert);
    await eventually(async () => expect(await showUser()).toBe('ok'));

    await reload(rendered);
    await project.write(`${user}.crt`, own);
    await project.write(`${user}.key`, ownKey, 0o600);
    await eventually(async () => expect(await showUser()).toBe('ok'));
  });

  it('must name what is wrong where the running pool knows another authority than the settings', async () => {
    const project = useStack();
    const next = makeAuthority('the next CA');
    await project.write('ca.crt', ca.cert + next.cert);
    await writeIdentity(project, 'stats', makeIdentity('stats', { issuer: next }));
    await project.ecar(['render', '--env', 'prod']);
    const { stdout } = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
    expect(stdout).toContain(
      "cause: The client's certificate is not signed by an authority that the running PgBouncer knows",
    );
    await project.compose(['kill', '-s', 'HUP', 'pgbouncer']);
    await project.compose(['restart', 'pgbouncer-exporter']);
    await eventually(() => project.ecar(['verify', '--env', 'prod']), 30_000);
  });
});

/** A client that is logged in, and has checked who it talks to. */
async function openSession(project: Project): Promise<pg.Client> {
  const ssl = { ca: ca.cert, rejectUnauthorized: true };
  const client = new pg.Client({
    ...(await appLogin(project)),
    host: '127.0.0.1',
    port: project.port,
    ssl,
  });
  await client.connect();
  return client;
}

/** A query of Django's with the snippet as it is printed, the way of the connection told by libpq's own variables. */
async function runDjango(project: Project, user: string): Promise<string> {
  const { stdout: snippet } = await project.ecar(['snippet', 'django']);
  await project.write('database.py', snippet);
  const login = await appLogin(project);
  const variables: Readonly<Record<string, string>> = {
    DB_HOST: 'pgbouncer',
    DB_PORT: String(project.port),
    DB_NAME: login.database,
    DB_USER: login.user,
    DB_PASSWORD: login.password,
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: '/project/ca.crt',
    PGSSLCERT: `/project/${user}.crt`,
    PGSSLKEY: `/project/${user}.key`,
  };
  const script = [
    'import django, os',
    'from django.conf import settings',
    'import database',
    'settings.configure(DATABASES=database.DATABASES)',
    'django.setup()',
    'from django.db import connection',
    'cursor = connection.cursor()',
    'cursor.execute("SELECT 1")',
    'print(os.environ["PGSSLMODE"], cursor.fetchone()[0], sep=": ")',
  ];
  const { stdout } = await project.docker(
    [
      ...['run', '--rm', '-u', '0', '--network', `${project.name}_${project.name}-network`, '-w', '/project'],
      ...['-v', `${project.folder}:/project:ro`, ...Object.keys(variables).flatMap((name) => ['-e', name])],
      ...['--entrypoint', 'python', IMAGES.django, '-c', script.join('\n')],
    ],
    { env: variables },
  );
  return stdout.trim();
}
