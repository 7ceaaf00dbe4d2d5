import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
