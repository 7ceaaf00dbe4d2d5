import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runSecretCommand } from '../../src/settings/run-secret-command.ts';
import { runToEnd } from '../support/fake-world.ts';
import { PASSWORDS, SETTINGS, tempProject } from '../support/temp-project.ts';

const ENV = { PATH: process.env['PATH'] ?? '' };

/** A project whose application's password comes from a program of a few lines of sh. */
function projectWith(script: string): string {
  const cwd = tempProject(
    SETTINGS.replace('{ password: { env: DB_PASSWORD } }', "{ password: { command: ['sh', './give'] } }"),
  );
  writeFileSync(join(cwd, 'give'), script);
  return cwd;
}

const render = (cwd: string) => runToEnd(['render', '--env', 'prod', '--json'], { cwd, env: ENV });

describe('a secret that a program gives', () => {
  it('must be taken as it is printed, without one newline at the end, from the folder of the settings', async () => {
    const cwd = projectWith(`printf '%s\\n\\n' ' of "$1" ' >&2; printf '%s\\n' ' é $HOME "'`);
    const { exitCode, err } = await render(cwd);
    expect(exitCode, err).toBe(0);
    expect(readFileSync(join(cwd, 'stack/prod/.env'), 'utf8')).toContain(`DB_PASSWORD=' é $HOME "'`);
  });

  it('must be asked for once in a run, however many settings name it, with nothing to read', async () => {
    const cwd = projectWith('cat >&2; echo x >> count; echo secret-of-the-program');
    const settings = readFileSync(join(cwd, 'ecar-pool.yaml'), 'utf8');
    writeFileSync(
      join(cwd, 'ecar-pool.yaml'),
      settings.replace('{ env: PGBOUNCER_ADMIN_PASSWORD }', "{ command: ['sh', './give'] }"),
    );
    expect((await render(cwd)).exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'count'), 'utf8')).toBe('x\n');
  });

  it('must not be hidden by the stamp of the last render', async () => {
    const cwd = projectWith('cat secret');
    writeFileSync(join(cwd, 'secret'), 'the-first-secret');
    await render(cwd);
    expect(
      JSON.parse((await render(cwd)).out).files.every(
        (file: { change: string }) => file.change === 'unchanged',
      ),
    ).toBe(true);
    writeFileSync(join(cwd, 'secret'), 'another-secret');
    expect((await render(cwd)).out).toContain('"update"');
  });

  it.each([
    ['echo the-secret; echo "no, not the-secret" >&2; exit 3', 'ended with 3: no, not [redacted]'],
    ['exit 0', 'printed nothing'],
    ['kill -9 $$', 'was ended by a signal'],
    ["printf '\\377\\376'", 'printed something that is no password'],
  ])('must be told of where there is none: %s', async (script, words) => {
    const { exitCode, out } = await render(projectWith(script));
    expect(exitCode).toBe(2);
    expect(JSON.parse(out).error.problems[0]).toMatchObject({
      code: 'missing-secret',
      message: `the command sh ${words}`,
      line: 6,
    });
    expect(out).not.toContain('the-secret');
  });

  it('must be told of where there is no such program', async () => {
    const outcome = await runSecretCommand(['no-such-program-here'], { root: '/', env: ENV });
    expect(outcome).toMatchObject({ failure: 'was not found on the PATH' });
  });

  it('must take a list of words and no line for a shell', async () => {
    const cwd = tempProject(SETTINGS.replace('{ env: DB_PASSWORD }', '{ command: cat secret }'));
    const { exitCode, err } = await runToEnd(['render', '--env', 'prod'], { cwd, env: ENV });
    expect(exitCode).toBe(2);
    expect(err).toContain('`users.ecar_user.password.command` must be a list');
  });

  it('must end with the signal, and leave no program behind', async () => {
    const controller = new AbortController();
    const told: string[] = [];
    const running = runSecretCommand(['sh', '-c', 'sleep 600'], {
      root: '/',
      env: ENV,
      signal: controller.signal,
      onWait: (text) => {
        told.push(text);
        controller.abort();
      },
    });
    await expect(running).rejects.toThrow('Interrupted');
    expect(told).toEqual(['waiting for sh to give a secret ...']);
  });

  it('must not be run by what needs no secret', async () => {
    const cwd = projectWith('echo x >> count; echo secret-of-the-program');
    for (const argv of [['--help'], ['schema'], ['completion', 'bash'], ['explain']])
      await runToEnd(argv, { cwd, env: ENV });
    expect(() => readFileSync(join(cwd, 'count'))).toThrow('ENOENT');
  });

  it('must be shown by config as where it comes from', async () => {
    const { out } = await runToEnd(['config', '--env', 'prod'], {
      cwd: projectWith('echo secret-of-the-program'),
      env: ENV,
    });
    expect(out).toMatch(/users\.ecar_user\.password: \[redacted\] +# the output of sh/);
    expect(out).not.toContain(PASSWORDS.POSTGRES_PASSWORD);
  });
});
