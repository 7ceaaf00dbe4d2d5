import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectSettings } from '../../src/settings/load-stack.ts';
import { runToEnd } from '../support/fake-world.ts';
import { GOLDEN, SCENARIOS } from '../support/golden.ts';
import { tempFolder } from '../support/temp-project.ts';

const SEED = join(import.meta.dirname, 'seed');

/** What is found in the settings of the hand-written guide, as `code at path`. */
async function findInSeed(change = (text: string) => text): Promise<string[]> {
  const cwd = tempFolder();
  const text = change(readFileSync(join(SEED, 'ecar-pool.yaml'), 'utf8'));
  writeFileSync(join(cwd, 'ecar-pool.yaml'), text);
  writeFileSync(join(cwd, '.env.prod'), readFileSync(join(SEED, 'dotenv')));
  chmodSync(join(cwd, '.env.prod'), 0o644);
  const { problems } = await inspectSettings({ config: 'ecar-pool.yaml', env: 'prod' }, { cwd, env: {} });
  return problems.map(({ code, at }) => `${code}: ${at?.text?.trim() ?? at?.file}`);
}

describe('check on the settings of the hand-written guide', () => {
  it('must find each of their faults', async () => {
    expect(await findInSeed()).toEqual([
      // Whatever nobody listed, everybody reaches.
      "database-name: '*': { users: [ecar_user] }",
      // Another version after the next pull; its port is another one than the guide maps.
      'floating-image: image: edoburu/pgbouncer:latest',
      // Two places for one thing: the container listens here, and Compose maps something else.
      'owned-setting: listen_addr: 0.0.0.0',
      'owned-setting: auth_file: /etc/pgbouncer/userlist.txt',
      // Two admins that userlist.txt does not have, while the guide enters the console as a third one.
      'owned-setting: admin_users: postgres,ecar_admin',
      'floating-image: pgbadger: { image: dalibo/pgbadger }',
      'open-secrets: .env.prod',
      'weak-password: password: { env: DB_PASSWORD }',
      // Migrations and the Django admin need a session.
      'no-session-entry: ecar_db: { users: [ecar_user] }',
      'weak-password: ecar_user: { password: { env: DB_PASSWORD } }',
      // The superuser of Postgres has the same one.
      'shared-secret: ecar_user: { password: { env: DB_PASSWORD } }',
      'weak-password: pgbouncer: { password: { env: PGBOUNCER_PASSWORD }, role: admin }',
      'open-port: bind: 0.0.0.0',
      'image-digest: image: postgres:17',
      'reset-query-unused: server_reset_query: DISCARD ALL',
      'server-check-query: server_check_query: SELECT 1',
    ]);
  });

  it('must find the holes of the PgBouncer that `latest` was', async () => {
    const found = await findInSeed((text) => text.replace('pgbouncer:latest', 'pgbouncer:v1.25.1-p0'));
    expect(found.filter((line) => line.startsWith('cve-'))).toEqual(
      ['cve-2026-107349', 'cve-2026-6668', 'cve-2026-6666'].map(
        (code) => `${code}: image: edoburu/pgbouncer:v1.25.1-p0`,
      ),
    );
  });

  it('must find cursors and connections that outlive a transaction', async () => {
    const found = await findInSeed((text) =>
      text.replace('CONN_MAX_AGE: 0', 'CONN_MAX_AGE: 600, DISABLE_SERVER_SIDE_CURSORS: 0'),
    );
    expect(found.map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining(['conn-max-age', 'server-side-cursors']),
    );
  });

  it('must find the same through the command, and say that nothing can be rendered', async () => {
    const { exitCode, out } = await runToEnd(['check', '--env', 'prod'], { cwd: SEED });
    expect(exitCode).toBe(2);
    expect(out).toContain('[floating-image]');
  });
});

describe('check on what init writes', () => {
  it.each([
    [],
    ['--auth-type', 'scram-sha-256'],
    ['--postgres-host', 'db.example.com:5433'],
    ['--pool-size', '1'],
    ['--pool-size', '9999'],
    ['--environments', 'dev,staging,prod'],
  ])('must find nothing: init %s %s', async (...more: string[]) => {
    const cwd = tempFolder();
    expect((await runToEnd(['init', '--yes', '--name', 'ecar', ...more], { cwd })).exitCode).toBe(0);
    for (const environment of ['dev', 'prod']) {
      const { exitCode, out } = await runToEnd(['check', '--strict', '--env', environment, '--json'], {
        cwd,
      });
      expect(JSON.parse(out).findings).toEqual([]);
      expect(exitCode).toBe(0);
    }
  });

  it('must find nothing beside an application that is built here', async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(cwd, 'manage.py'), '');
    await runToEnd(['init', '--yes', '--name', 'ecar'], { cwd });
    const { out } = await runToEnd(['check', '--json'], { cwd });
    expect(JSON.parse(out).findings).toEqual([]);
  });
});

describe('check on the golden scenarios', () => {
  it.each(SCENARIOS)('must find no error in %s', async (scenario) => {
    const { problems } = await inspectSettings(
      { config: 'ecar-pool.yaml', env: 'prod' },
      { cwd: join(GOLDEN, scenario), env: {} },
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
