import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLeftPasswords } from '../../src/cli/left-passwords.ts';
import { adoptedProject } from '../../src/stack/compose-project.ts';
import { fakeDocker } from '../support/fake-docker.ts';
import { planScenario } from '../support/golden.ts';
import { tempFolder } from '../support/temp-project.ts';

const FROM = 'the-old-password';

/** What is left of a password in a project whose service `web` goes through the pool; `db` is its Postgres. */
async function leftIn({ written, filled }: { written: object; filled: object }) {
  const cwd = tempFolder();
  writeFileSync(join(cwd, '.env'), `DB_PASSWORD=${FROM}\n`);
  writeFileSync(join(cwd, 'web.env'), `OTHER=1\nSECRET=${FROM}\n`);
  const { stack } = await planScenario('minimal');
  const adopted = {
    files: ['docker-compose.yml'],
    isSelfNamed: true,
    isPersistent: false,
    networks: [],
    profiles: [],
    services: [{ name: 'web', environment: new Map() }],
  };
  const docker = fakeDocker([
    { match: '--no-interpolate', stdout: JSON.stringify({ services: written }) },
    { match: 'config --format json', stdout: JSON.stringify({ services: filled }) },
  ]);
  const place = {
    name: 'DB_PASSWORD in .env',
    path: join(cwd, '.env'),
    variable: 'DB_PASSWORD',
    write: async () => {},
  };
  const compose = adoptedProject('shop', adopted, '.', 'pgbouncer');
  const world = { cwd, env: docker.env, signal: new AbortController().signal };
  const left = findLeftPasswords(
    { stack: { ...stack, adopted }, compose },
    { user: 'shop', from: FROM, to: 'the-new-password', place },
    world,
  );
  return { left, docker };
}

describe('findLeftPasswords', () => {
  it('must know that a service whose env_file is the .env itself gets the new one', async () => {
    const { left, docker } = await leftIn({
      written: { web: { env_file: ['.env'] }, cron: { env_file: [{ path: './.env' }] } },
      filled: {
        web: { environment: { DB_PASSWORD: FROM } },
        cron: { environment: { DB_PASSWORD: FROM } },
      },
    });
    expect(await left).toEqual([
      'cron takes DB_PASSWORD in .env, too: made anew not now, but by the next plain `docker compose up`',
    ]);
    for (const { argv } of docker.calls()) expect(argv.join(' ')).not.toContain('password');
    expect(new Set(docker.calls().map(({ env }) => env['DB_PASSWORD']))).toEqual(
      new Set([FROM, 'the-new-password']),
    );
  });

  it.each([
    [{ env_file: ['.env'], environment: { DB_PASSWORD: FROM } }, 'DB_PASSWORD', 'DB_PASSWORD'],
    [{ env_file: ['web.env'] }, 'SECRET', 'SECRET in web.env'],
  ])('must refuse what would be locked out, by name: %j', async (web, variable, place) => {
    const { left } = await leftIn({
      written: { web },
      filled: { web: { environment: { [variable]: FROM } } },
    });
    await expect(left).rejects.toMatchObject({
      message: `these would be locked out, since they have the password of shop written out: web (${place})`,
      exitCode: 2,
    });
  });

  it('must refuse where Compose does not answer, and say nothing secret', async () => {
    const cwd = tempFolder();
    const { stack } = await planScenario('minimal');
    const adopted = {
      files: [],
      isSelfNamed: true,
      isPersistent: false,
      networks: [],
      profiles: [],
      services: [],
    };
    const docker = fakeDocker([{ match: 'config', code: 15, stderr: `env file x.env not found: ${FROM}` }]);
    const place = { name: 'pw', path: join(cwd, 'pw'), variable: undefined, write: async () => {} };
    const asked = findLeftPasswords(
      { stack: { ...stack, adopted }, compose: adoptedProject('shop', adopted, '.', 'pgbouncer') },
      { user: 'shop', from: FROM, to: 'the-new-password', place },
      { cwd, env: docker.env, signal: new AbortController().signal },
    );
    await expect(asked).rejects.toMatchObject({
      message: expect.stringMatching(
        /^it is not known which services .*: env file x\.env not found: (?!the-old)/,
      ),
    });
  });
});
