import { afterAll, describe, expect, it } from 'vitest';
import { query } from './support/database.ts';
import { ExternalPostgres } from './support/external-postgres.ts';
import { IMAGES } from './support/images.ts';
import { useProject } from './support/use-project.ts';

const APP = { user: 'app', password: 'of the "app"' };

describe('a pool that was taken over', () => {
  let server: ExternalPostgres | undefined;
  afterAll(() => server?.remove());

  const project = useProject('import', async (there) => {
    server = await ExternalPostgres.start('scram-sha-256');
    await server.run(
      `CREATE ROLE app LOGIN PASSWORD '${APP.password}'`,
      `CREATE ROLE worker LOGIN PASSWORD 'of-the-worker'`,
      'CREATE DATABASE shop OWNER app',
    );
    const verifier = await server.verifierOf('app');
    await there.folderFor('old');
    await there.write(
      'old/pgbouncer.ini',
      `[databases]
shop = host=${server.name}
jobs = host=${server.name} dbname=shop user=worker password=of-the-worker pool_size=3
[pgbouncer]
listen_port = ${there.port}
auth_type = scram-sha-256
auth_file = /etc/pgbouncer/userlist.txt
admin_users = boss
pool_mode = transaction
`,
    );
    await there.write(
      'old/userlist.txt',
      `"app" "${verifier}"\n"worker" "of-the-worker"\n"boss" "of-the-boss"\n`,
      0o600,
    );
    const images = ['--pgbouncer-image', IMAGES.pgbouncer126];
    await there.ecar([
      ...['init', '--from', 'old/pgbouncer.ini', '--name', there.name, '--network', server.name],
      ...images,
    ]);
    await there.ecar(['render']);
    await there.compose(['up', '-d', '--wait']);
  });

  it('must be proved by verify, which says whose password it does not know', async () => {
    const { stdout } = await project().ecar(['verify', '--env', 'prod', '--wait']);
    expect(stdout).toContain('ok    login worker to shop');
    expect(stdout).toContain('ok    login worker to jobs');
    expect(stdout).toContain('skip  login app — because the settings do not know the password');
    expect(stdout).toContain('ok    wrong password');
  });

  it('must let in by the verifier that was stored, and as the forced user, with no role changed', async () => {
    const who = 'SELECT session_user AS name';
    expect(await query(project(), { ...APP, database: 'shop' }, who)).toEqual([{ name: 'app' }]);
    expect(await query(project(), { ...APP, database: 'jobs' }, who)).toEqual([{ name: 'worker' }]);
    expect(await project().read('stack/prod/pgbouncer/userlist.txt')).toContain(
      `"app" "${await server?.verifierOf('app')}"`,
    );
  });
});
