import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAuthority, makeIdentity } from '../support/certificates.ts';
import { fakeDocker } from '../support/fake-docker.ts';
import { runToEnd } from '../support/fake-world.ts';
import { PASSWORDS, SETTINGS, tempProject } from '../support/temp-project.ts';

const RULES = [
  { match: 'version --format', stdout: '27.0.0\n' },
  { match: 'compose version', stdout: '2.40.3\n' },
];
const ROTATE = ['rotate', 'ecar_user', '--env', 'prod'];

async function rendered(settings = SETTINGS): Promise<string> {
  const cwd = tempProject(settings);
  expect((await runToEnd(['render', '--env', 'prod'], { cwd })).exitCode).toBe(0);
  return cwd;
}

/** What a rotation says that is refused, with nothing written. */
async function refusal(cwd: string, argv: readonly string[] = ROTATE, env: Record<string, string> = {}) {
  const secrets = readFileSync(join(cwd, '.env.prod'), 'utf8');
  const docker = fakeDocker(RULES);
  const { exitCode, out } = await runToEnd([...argv, '--yes', '--json'], {
    cwd,
    env: { ...docker.env, ...env },
  });
  expect(exitCode).toBe(2);
  expect(readFileSync(join(cwd, '.env.prod'), 'utf8')).toBe(secrets);
  expect(existsSync(join(cwd, 'stack/prod/.ecar-pool/journal.json'))).toBe(false);
  for (const password of Object.values(PASSWORDS)) expect(out).not.toContain(password);
  return JSON.parse(out).error as { message: string; hint: string };
}

describe('rotate', () => {
  it('must name the users where it is given another name', async () => {
    const { message, hint } = await refusal(await rendered(), ['rotate', 'nobody', '--env', 'prod']);
    expect(message).toBe('the settings have no user "nobody"');
    expect(hint).toBe('users are ecar_user, pgbouncer');
  });

  it('must say how the superuser, who is no user of the pool, gets another password', async () => {
    const { hint } = await refusal(await rendered(), ['rotate', 'postgres', '--env', 'prod']);
    expect(hint).toContain('set its password anew, then ecar-pool deploy --env prod');
  });

  it('must refuse what it cannot write to: the environment', async () => {
    const { message, hint } = await refusal(await rendered(), ROTATE, { DB_PASSWORD: PASSWORDS.DB_PASSWORD });
    expect(message).toContain('DB_PASSWORD comes from the environment of this process');
    expect(hint).toContain('unset it, so that it is taken from .env.prod');
  });

  it('must refuse what it cannot write to: a program', async () => {
    const other = tempProject(SETTINGS.replace('{ env: DB_PASSWORD }', '{ command: [cat, secret] }'));
    writeFileSync(join(other, 'secret'), 'pear-of-the-program\n');
    const env = { PATH: process.env['PATH'] ?? '' };
    expect((await runToEnd(['render', '--env', 'prod'], { cwd: other, env })).exitCode).toBe(0);
    const docker = fakeDocker(RULES);
    const { exitCode, out } = await runToEnd([...ROTATE, '--yes', '--json'], {
      cwd: other,
      env: { PATH: `${docker.env['PATH']}:${env.PATH}` },
    });
    expect(exitCode).toBe(2);
    expect(JSON.parse(out).error).toEqual({
      message: 'the password comes from the program cat, which only gives it',
      hint: 'change it there, then ecar-pool deploy --env prod',
    });
  });

  it('must refuse where nobody knows what runs', async () => {
    expect((await refusal(tempProject())).hint).toBe('deploy first: ecar-pool deploy --env prod');
  });

  it('must refuse to deploy anything else along with the password', async () => {
    const cwd = await rendered();
    writeFileSync(
      join(cwd, 'ecar-pool.yaml'),
      SETTINGS.replace('default_pool_size: 20', 'default_pool_size: 21'),
    );
    const { message } = await refusal(cwd);
    expect(message).toContain('the settings would change more than the password');
  });

  it('must refuse another password than the one of a run that was killed, which the role may have', async () => {
    const cwd = await rendered();
    const path = join(cwd, '.env.prod');
    writeFileSync(path, readFileSync(path, 'utf8').replace(PASSWORDS.DB_PASSWORD, 'drawn-and-written'));
    const env = { NEXT: 'quite-another' };
    const { message, hint } = await refusal(cwd, [...ROTATE, '--password-env', 'NEXT'], env);
    expect(message).toContain('DB_PASSWORD in .env.prod has a password of ecar_user that was not put to use');
    expect(hint).toBe('finish that first: ecar-pool rotate --env prod ecar_user');
    expect(message + hint).not.toMatch(/drawn-and|quite-another/);
  });

  const USER = 'ecar_user: { password: { env: DB_PASSWORD } }';
  const SHARED: [string, string, string][] = [
    [
      'the superuser',
      SETTINGS.replace('env: POSTGRES_PASSWORD', 'env: DB_PASSWORD'),
      'DB_PASSWORD is not the password of ecar_user alone, but also `postgres.password`',
    ],
    [
      'other users',
      SETTINGS.replace(
        USER,
        `${USER}\n  one: { password: { env: DB_PASSWORD } }\n  two: { secret: { env: DB_PASSWORD } }`,
      ),
      'but also `users.one.password`, `users.two.secret`',
    ],
    [
      'another user by another spelling of its file',
      SETTINGS.replace(USER, 'ecar_user: { password: { file: secret } }').replace(
        '{ env: PGBOUNCER_ADMIN_PASSWORD }',
        '{ file: ./secret }',
      ),
      'secret is not the password of ecar_user alone, but also `users.pgbouncer.password`',
    ],
    [
      "another user's entry",
      SETTINGS.replace(USER, `${USER}\n  one: { secret: { env: POSTGRES_PASSWORD } }`).replace(
        'users: [ecar_user] }',
        'users: [ecar_user, one], user: one, password: { env: DB_PASSWORD } }',
      ),
      'but also `databases.ecar_db.password`',
    ],
    [
      'Grafana',
      `${SETTINGS.replace(USER, `${USER}\n  stats: { password: { env: PGBOUNCER_ADMIN_PASSWORD }, role: stats }`)}monitoring: { prometheus: {}, grafana: { password: { env: DB_PASSWORD } } }\n`,
      'but also `monitoring.grafana.password`',
    ],
  ];
  it.each(SHARED)('must refuse a secret that is also that of %s', async (_, settings, expected) => {
    const cwd = tempProject(settings);
    writeFileSync(join(cwd, 'secret'), PASSWORDS.DB_PASSWORD, { mode: 0o600 });
    const { message, hint } = await refusal(cwd);
    expect(message).toContain(expected);
    expect(hint).toBe('give ecar_user a place of its own, deploy, then rotate');
  });

  it('must refuse where an entry has a password of its own for the user', async () => {
    const entry = 'users: [ecar_user], user: ecar_user, password: { env: POSTGRES_PASSWORD } }';
    const cwd = tempProject(SETTINGS.replace('users: [ecar_user] }', entry));
    const { message, hint } = await refusal(cwd);
    expect(message).toContain('PgBouncer logs in as ecar_user with `databases.ecar_db.password`');
    expect(hint).toContain('let it name the place that `users.ecar_user.password` names');
  });

  it('must refuse where PgBouncer asks for a certificate, and the settings have none to log in with', async () => {
    const ca = makeAuthority('our CA');
    const admin = 'password: { env: PGBOUNCER_ADMIN_PASSWORD }, role: admin';
    const tls = `auth_type: cert, client_tls_sslmode: verify-full, client_tls_cert_file: pool.crt,
  client_tls_key_file: pool.key, client_tls_ca_file: ca.crt`;
    const settings = SETTINGS.replace('default_pool_size: 20', tls);
    const certified = settings.replace(admin, `${admin}, sslcert: pgbouncer.crt, sslkey: pgbouncer.key`);
    const inFolder = (text: string) => {
      const cwd = tempProject(text);
      writeFileSync(join(cwd, 'ca.crt'), ca.cert);
      for (const name of ['pool', 'pgbouncer']) {
        const { cert, key } = makeIdentity(name, { issuer: ca, hosts: ['127.0.0.1'] });
        writeFileSync(join(cwd, `${name}.crt`), cert);
        writeFileSync(join(cwd, `${name}.key`), key, { mode: 0o600 });
      }
      return cwd;
    };
    expect(await refusal(inFolder(settings))).toEqual({
      message: 'the settings know nobody with `role: admin` to log in as, who has PgBouncer read its files',
      hint: expect.stringContaining('`sslcert` and `sslkey`'),
    });
    expect(await refusal(inFolder(certified))).toEqual({
      message: expect.stringMatching(/could not be proved by a login: .*\(sslcert and sslkey of the user\)/),
      hint: 'add both, then rotate',
    });
  });

  it('must refuse a password that has a line break, and one from two places', async () => {
    const cwd = await rendered();
    const env = { NEXT: 'two\nlines' };
    expect((await refusal(cwd, [...ROTATE, '--password-env', 'NEXT'], env)).message).toContain(
      'holds a line break',
    );
    const both = [...ROTATE, '--password-env', 'NEXT', '--password-stdin'];
    expect((await refusal(cwd, both, env)).message).toBe(
      '--password-stdin and --password-env exclude each other',
    );
  });
});
