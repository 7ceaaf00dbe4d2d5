import { describe, expect, it } from 'vitest';
import { makeAuthority, makeIdentity } from '../support/certificates.ts';
import { appLogin, query } from './support/database.ts';
import { deploy, plannedKinds } from './support/deploy.ts';
import { writeIdentity } from './support/identities.ts';
import { IMAGES } from './support/images.ts';
import { psqlLogin } from './support/psql.ts';
import { rotate, SERVER } from './support/rotate.ts';
import { useProject } from './support/use-project.ts';

const OLD = 'who-asks-for-all-the-others';
const NEXT = 'of-the-next-one';

describe('a rotation of the password of who asks Postgres about users, in a database of its own', () => {
  const useStack = useProject('rotask', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17, '--auth-type', 'scram-sha-256');
    await project.write('.env.prod', `${await project.read('.env.prod')}LOOKUP_PASSWORD='${OLD}'\n`, 0o600);
    await project.set({
      users: { lookup: { password: { env: 'LOOKUP_PASSWORD' }, pool_size: 2 } },
      databases: { asked: { users: [`${project.name}_user`] } },
      pgbouncer: { auth_user: 'lookup', auth_dbname: 'asked' },
    });
    await deploy(project);
  });

  it('must go through the database alone that it is let into', async () => {
    const project = useStack();
    const outcome = await rotate(project, { user: 'lookup', args: ['--password-stdin'], input: NEXT });
    expect(plannedKinds(outcome)).toEqual(['secret', 'write', 'switch', 'verify']);
    const login = { user: 'lookup', password: NEXT, database: 'asked' };
    expect(await psqlLogin(project, login, SERVER)).toBe('ok');
    expect(await psqlLogin(project, { ...login, password: OLD }, SERVER)).toMatch(/authentication failed/);
    // PgBouncer asks as it, with the new password.
    const app = await appLogin(project);
    await project.compose([
      ...['exec', '-T', 'postgres', 'psql', '-X', '-U', 'postgres', '-d', app.database],
      ...[
        '-c',
        `CREATE ROLE late LOGIN PASSWORD 'of-late'; GRANT CONNECT ON DATABASE ${app.database} TO late`,
      ],
    ]);
    const late = { ...app, user: 'late', password: 'of-late' };
    expect(await query(project, late, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});

describe('a rotation where PgBouncer asks for certificates', () => {
  const ca = makeAuthority('our CA');
  const useStack = useProject('rotcert', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres17, '--auth-type', 'scram-sha-256');
    const user = `${project.name}_user`;
    await project.write('ca.crt', ca.cert);
    const hosts = ['pgbouncer', '127.0.0.1'];
    await writeIdentity(project, 'server', makeIdentity('pool', { issuer: ca, hosts }));
    for (const name of [user, 'pgbouncer'])
      await writeIdentity(project, name, makeIdentity(name, { issuer: ca }));
    const shown = (name: string) => ({ sslcert: `${name}.crt`, sslkey: `${name}.key` });
    await project.set({
      pgbouncer: {
        client_tls_sslmode: 'verify-full',
        client_tls_cert_file: 'server.crt',
        client_tls_key_file: 'server.key',
        client_tls_ca_file: 'ca.crt',
      },
      users: { [user]: shown(user), pgbouncer: shown('pgbouncer') },
    });
    await deploy(project);
  });

  it.each(['scram-sha-256', 'cert'])('must show those of the settings, under auth_type %s', async (auth) => {
    const project = useStack();
    await project.set({ pgbouncer: { auth_type: auth } });
    await deploy(project);
    const old = await appLogin(project);
    const next = { ...old, password: `${NEXT}-under-${auth}` };
    await rotate(project, { args: ['--password-stdin'], input: next.password });
    expect(await psqlLogin(project, next, SERVER)).toBe('ok');
    expect(await psqlLogin(project, old, SERVER)).toMatch(/authentication failed/);
    await project.ecar(['verify', '--env', 'prod']);
    const left = await project.compose(['exec', '-T', 'pgbouncer', 'ls', '/dev/shm']);
    expect(left.stdout.trim()).toBe('');
  });
});
