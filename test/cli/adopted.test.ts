import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyProject, digestFiles } from '../support/compose-projects.ts';
import { fakeDocker } from '../support/fake-docker.ts';
import { runToEnd, start } from '../support/fake-world.ts';
import { tempFolder } from '../support/temp-project.ts';

const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
const modeOf = (folder: string, name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);
const stepsOf = (out: string) => [...out.matchAll(/^ {2}(\S.*)$/gm)].map(([, step = '']) => step);
const OVERLAY = '-f docker-compose.yml -f docker-compose.pgbouncer.yml';
const SERVICES = 'pgbouncer beat web worker';

/** Reads the files by ourselves, as on a machine without Compose. */
const adopt = (cwd: string, ...args: string[]) =>
  runToEnd(['init', '--from', 'docker-compose.yml', ...args], { cwd, env: { PATH: '' } });

async function rendered(name = 'django-workers-and-beat') {
  const { folder: cwd } = copyProject(name);
  expect(await adopt(cwd)).toMatchObject({ exitCode: 0 });
  const { out } = await runToEnd(['render'], { cwd });
  return { cwd, out };
}

function project(files: Record<string, string>) {
  const cwd = tempFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

const INLINE = `services:
  web: { image: "example.com/app:1", environment: { DATABASE_URL: "postgres://app:pa55@db/app" } }
  db: { image: "postgres:17", environment: { POSTGRES_USER: app, POSTGRES_PASSWORD: pa55 } }
`;

describe('an adopted project', () => {
  it('must keep userlist.txt from other users of the host, and readable for the container', async () => {
    const { cwd } = await rendered();
    expect(modeOf(cwd, 'pgbouncer')).toBe('700');
    expect(modeOf(cwd, 'pgbouncer/pgbouncer')).toBe('755');
    expect(modeOf(cwd, 'pgbouncer/pgbouncer/userlist.txt')).toBe('644');
    expect(modeOf(cwd, 'docker-compose.pgbouncer.yml')).toBe('644');
    expect(read(cwd, 'docker-compose.pgbouncer.yml')).not.toContain('correct-horse');
    expect(read(cwd, 'ecar-pool.yaml')).not.toContain('correct-horse');
    // The password itself: it logs in to the role, however that stores it.
    expect(read(cwd, 'pgbouncer/pgbouncer/userlist.txt')).toContain('"shop" "correct-horse"');
  });

  it('must start the pool by a command that names all files, and later do the least', async () => {
    const { cwd, out } = await rendered();
    expect(stepsOf(out)).toEqual([
      `docker compose ${OVERLAY} up -d --no-recreate pgbouncer`,
      'ecar-pool verify --env prod --logins --wait',
      `docker compose ${OVERLAY} up -d --no-recreate ${SERVICES}`,
      `docker compose ${OVERLAY} up -d --no-deps ${SERVICES}`,
      'ecar-pool verify --env prod',
    ]);
    const settings = read(cwd, 'ecar-pool.yaml');
    writeFileSync(
      join(cwd, 'ecar-pool.yaml'),
      settings.replace('default_pool_size: 20', 'default_pool_size: 25'),
    );
    expect(stepsOf((await runToEnd(['render'], { cwd })).out)).toEqual([
      `docker compose ${OVERLAY} kill -s HUP pgbouncer`,
      'ecar-pool verify --env prod',
    ]);
    writeFileSync(join(cwd, '.env'), read(cwd, '.env').replace('correct-horse', 'battery-staple'));
    expect(stepsOf((await runToEnd(['render'], { cwd })).out)).toEqual([
      `docker compose ${OVERLAY} kill -s HUP pgbouncer`,
      'ecar-pool verify --env prod --logins --wait',
      `docker compose ${OVERLAY} up -d --no-deps ${SERVICES}`,
      'ecar-pool verify --env prod',
    ]);
  });

  describe('with a profile', () => {
    const TOOLS = `  reset:
    image: "example.com/app:1"
    command: bin/rails db:reset
    environment: { DATABASE_URL: "postgres://app:pa55@db/app" }
`;
    const adoptTools = async (profiles: string) => {
      const text = `${INLINE}${TOOLS}${profiles}`;
      const cwd = project({ 'docker-compose.yml': text });
      expect(await adopt(cwd, '--services', 'web,reset')).toMatchObject({ exitCode: 0 });
      return cwd;
    };
    const upsOf = (out: string) => stepsOf(out).filter((step) => step.includes(' up -d '));
    const LEFT = [
      `docker compose ${OVERLAY} up -d --no-recreate pgbouncer`,
      `docker compose ${OVERLAY} up -d --no-recreate pgbouncer web`,
      `docker compose ${OVERLAY} up -d --no-deps pgbouncer web`,
    ];
    const OFF = '    profiles: [tools]\n';

    it('must start nothing that is off, and say so', async () => {
      const cwd = await adoptTools(OFF);
      const planned = await runToEnd(['render', '--check', '--json'], { cwd });
      expect(JSON.parse(planned.out).asleep).toEqual(['reset']);
      const { out } = await runToEnd(['render'], { cwd });
      expect(upsOf(out)).toEqual(LEFT);
      expect(out).toContain('Left alone: reset: no profile that is on starts it');
      expect(out).toContain('ecar-pool deploy --env prod');
    });

    it('must find it where another file gives it, tags and all', async () => {
      const override = `services:\n  reset:\n    ports: !reset []\n${OFF}`;
      const cwd = await adoptTools('');
      writeFileSync(join(cwd, 'docker-compose.override.yml'), override);
      const { out } = await runToEnd(['render'], { cwd });
      expect(out).toContain('up -d --no-deps pgbouncer web\n');
      expect(out).toContain('Left alone: reset');
    });

    it.each(['tools', 'more, tools', '*'])(
      'must start it where it is on: COMPOSE_PROFILES=%s',
      async (on) => {
        const cwd = await adoptTools(OFF);
        writeFileSync(
          join(cwd, '.env'),
          `${read(cwd, '.env')}COMPOSE_PROFILES=${on}
`,
        );
        const { out } = await runToEnd(['render'], { cwd });
        expect(upsOf(out).at(-1)).toMatch(/ pgbouncer reset web$/);
        expect(out).not.toContain('Left alone');
      },
    );

    it('must leave all alone where only Compose can tell', async () => {
      const cwd = await adoptTools('');
      writeFileSync(
        join(cwd, 'docker-compose.yml'),
        `include: [elsewhere.yml]\n${read(cwd, 'docker-compose.yml')}`,
      );
      const { out, exitCode } = await runToEnd(['render'], { cwd });
      expect(exitCode).toBe(0);
      expect(upsOf(out).at(-1)).toMatch(/ up -d --no-deps pgbouncer$/);
      expect(out).toMatch(/Left alone: reset, web: its profiles are not known: .*elsewhere\.yml/);
    });

    it('must not speak of it where nothing is started', async () => {
      const cwd = await adoptTools(OFF);
      await runToEnd(['render'], { cwd });
      const settings = read(cwd, 'ecar-pool.yaml');
      writeFileSync(
        join(cwd, 'ecar-pool.yaml'),
        settings.replace(/default_pool_size: \d+/, 'default_pool_size: 3'),
      );
      const { out } = await runToEnd(['render'], { cwd });
      expect(stepsOf(out)[0]).toContain('kill -s HUP pgbouncer');
      expect(out).not.toContain('Left alone');
    });
  });

  it('must say the name of the project where Compose would take another one', async () => {
    const { cwd } = await rendered();
    writeFileSync(
      join(cwd, 'ecar-pool.yaml'),
      read(cwd, 'ecar-pool.yaml').replace(/^name: .*$/m, 'name: other'),
    );
    expect(stepsOf((await runToEnd(['render'], { cwd })).out)[0]).toContain(
      `docker compose -p other ${OVERLAY} `,
    );
  });

  it('must set COMPOSE_FILE when told, and give .env back to the byte', async () => {
    const { cwd } = await rendered();
    const before = read(cwd, '.env');
    expect((await runToEnd(['render', '--set-compose-file'], { cwd })).exitCode).toBe(0);
    expect(read(cwd, '.env')).toBe(`${before}COMPOSE_FILE=docker-compose.yml:docker-compose.pgbouncer.yml\n`);
    writeFileSync(
      join(cwd, 'ecar-pool.yaml'),
      read(cwd, 'ecar-pool.yaml').replace('default_pool_size: 20', 'default_pool_size: 25'),
    );
    expect(stepsOf((await runToEnd(['render'], { cwd })).out)[0]).toBe(
      'docker compose kill -s HUP pgbouncer',
    );
    expect((await runToEnd(['render', '--unset-compose-file'], { cwd })).exitCode).toBe(0);
    expect(read(cwd, '.env')).toBe(before);
  });

  it('must part the files of COMPOSE_FILE as the project does', async () => {
    const { cwd } = await rendered();
    const before = `${read(cwd, '.env')}COMPOSE_PATH_SEPARATOR=;\n`;
    writeFileSync(join(cwd, '.env'), before);
    await runToEnd(['render', '--set-compose-file'], { cwd });
    expect(read(cwd, '.env')).toMatch(
      /^COMPOSE_FILE=.?docker-compose\.yml;docker-compose\.pgbouncer\.yml.?$/m,
    );
    expect((await runToEnd(['render', '--unset-compose-file'], { cwd })).exitCode).toBe(0);
    expect(read(cwd, '.env')).toBe(before);
  });

  it.each([['deploy', '--dry-run'], ['verify']])(
    'must refuse a %s of another environment than the one that lies there',
    async (command, ...args) => {
      const { cwd } = await rendered();
      const settings = read(cwd, 'ecar-pool.yaml');
      writeFileSync(
        join(cwd, 'ecar-pool.yaml'),
        settings.replace(/^ {2}prod: \{\}$/m, '  prod: {}\n  staging: {}'),
      );
      writeFileSync(join(cwd, '.env.staging'), read(cwd, '.env.prod'));
      const { env } = fakeDocker([
        { match: 'version --format', stdout: '27.0.0\n' },
        { match: 'compose version', stdout: '2.40.3\n' },
      ]);
      const { exitCode, err } = await runToEnd([command, '--env', 'staging', ...args], { cwd, env });
      expect(exitCode).toBe(2);
      expect(err).toContain('pgbouncer holds prod, not staging');
      expect(err).toContain(`see ecar-pool ${command} --env prod`);
    },
  );

  it('must write no file over one that is not its own', async () => {
    const { folder: cwd } = copyProject('django-workers-and-beat');
    await adopt(cwd);
    writeFileSync(join(cwd, 'docker-compose.pgbouncer.yml'), 'services: {}\n');
    expect(await runToEnd(['render'], { cwd })).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('docker-compose.pgbouncer.yml was not rendered by ecar-pool'),
    });
    expect(existsSync(join(cwd, 'pgbouncer'))).toBe(false);
    expect(read(cwd, 'docker-compose.pgbouncer.yml')).toBe('services: {}\n');
  });

  it('must leave a folder pgbouncer/ of the project alone', async () => {
    const { folder: cwd } = copyProject('django-workers-and-beat');
    await adopt(cwd);
    mkdirSync(join(cwd, 'pgbouncer'));
    writeFileSync(join(cwd, 'pgbouncer/Dockerfile'), 'FROM scratch\n');
    expect(await runToEnd(['render'], { cwd })).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--out'),
    });
    expect((await runToEnd(['render', '--out', 'pool'], { cwd })).exitCode).toBe(0);
    expect(read(cwd, 'docker-compose.pgbouncer.yml')).toContain('source: "./pool/pgbouncer"');
  });
});

describe('init --from a Compose file', () => {
  it('must extend a .env for a password within a URL only when told', async () => {
    const cwd = project({ 'docker-compose.yml': INLINE, '.env': 'A=1' });
    const refused = await adopt(cwd);
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('--extend-env') });
    expect(refused.err).not.toContain('pa55');
    expect(read(cwd, '.env')).toBe('A=1');
    expect(existsSync(join(cwd, 'ecar-pool.yaml'))).toBe(false);
    const { exitCode, out } = await adopt(cwd, '--extend-env');
    expect(exitCode).toBe(0);
    expect(out).not.toContain('pa55');
    expect(read(cwd, '.env')).toBe("A=1\nAPP_PASSWORD='pa55'\n");
    expect(read(cwd, 'ecar-pool.yaml')).not.toContain('pa55');
  });

  it.each([
    ['n', 2, 'A=1\n'],
    ['y', 0, "A=1\nAPP_PASSWORD='pa55'\n"],
  ])('must ask on a terminal whether to extend it: %s', async (answer, exitCode, dotenv) => {
    const cwd = project({ 'docker-compose.yml': INLINE, '.env': 'A=1\n' });
    const run = start(['init', '--from', 'docker-compose.yml'], { terminal: true, cwd, env: { PATH: '' } });
    await run.question(/add it to \.env as APP_PASSWORD\? \[y\/N\] $/);
    run.stdin.write(`${answer}\n`);
    expect(await run.exitCode).toBe(exitCode);
    expect(read(cwd, '.env')).toBe(dotenv);
  });

  it('must list what is open off a terminal, and ask for it on one', async () => {
    const two = `services:
  web: { image: "example.com/app:1", environment: { A: "postgres://app@db/a", B: "postgres://app@db2/b" } }
  db: { image: "postgres:17", environment: { POSTGRES_USER: app, POSTGRES_PASSWORD: pa55 } }
  db2: { image: "postgres:16" }
`;
    const cwd = project({ 'docker-compose.yml': two });
    const { err } = await adopt(cwd);
    expect(err).toMatch(/leaves open .*\(db, db2\)[\s\S]*--postgres-service NAME/);
    const run = start(['init', '--from', 'docker-compose.yml'], { terminal: true, cwd, env: { PATH: '' } });
    await run.question(/\(db, db2\): $/);
    run.stdin.write('neither\n');
    await run.question(/\(db, db2\): [\s\S]*\(db, db2\): $/);
    run.stdin.write('db\n');
    expect(await run.exitCode).toBe(0);
    expect(read(cwd, 'ecar-pool.yaml')).toContain('service: db\n');
  });

  it.each([
    ['!reset', 'services: { web: { ports: !reset [] } }\n', 3, 'install the Docker Compose plugin'],
    ['no YAML', 'services: {\n', 2, 'docker-compose.yml:2:1: not valid YAML'],
    ['a file that is not there', 'include: [nowhere.yml]\n', 2, 'the project names the file nowhere.yml'],
    ['a circle', 'services: { a: { extends: b }, b: { extends: a } }\n', 2, 'extends itself'],
  ])('must say what is amiss without Compose: %s', async (_, text, exitCode, words) => {
    expect(await adopt(project({ 'docker-compose.yml': text }))).toMatchObject({
      exitCode,
      err: expect.stringContaining(words),
    });
  });

  it('must keep settings and secrets that are there', async () => {
    const cwd = project({ 'docker-compose.yml': INLINE, '.env.prod': 'A=1\n', '.env.pool': 'A=1\n' });
    expect(await adopt(cwd)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--environments NAME'),
    });
    expect((await adopt(cwd, '--environments', 'live')).exitCode).toBe(0);
    expect(await adopt(cwd)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('ecar-pool.yaml is there already'),
    });
  });

  it('must go on with its own secrets when it begins anew, and say nothing twice', async () => {
    const cwd = project({});
    const compose = `services:
  web: { image: "example.com/app:1", environment: { DB_HOST: db, DB_PASSWORD: PASSWORD } }
  db: { image: "postgres:17" }
`;
    writeFileSync(join(cwd, 'docker-compose.yml'), compose.replace('PASSWORD }', 'pa55one }'));
    expect((await adopt(cwd)).exitCode).toBe(0);
    const secrets = `${read(cwd, '.env.prod')}MORE=mine\n`;
    writeFileSync(join(cwd, '.env.prod'), secrets);
    const ignored = read(cwd, '.gitignore');
    rmSync(join(cwd, 'ecar-pool.yaml'));
    expect(await adopt(cwd)).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('kept      .env.prod'),
    });
    expect(read(cwd, '.env.prod')).toBe(secrets);
    expect(read(cwd, 'ecar-pool.yaml')).toContain('prod: {}');
    expect(read(cwd, '.gitignore')).toBe(ignored);

    rmSync(join(cwd, 'ecar-pool.yaml'));
    writeFileSync(join(cwd, 'docker-compose.yml'), compose.replace('PASSWORD }', 'pa55two }'));
    expect((await adopt(cwd)).exitCode).toBe(0);
    expect(read(cwd, '.env.prod')).toBe(secrets.replace('pa55one', 'pa55two'));

    rmSync(join(cwd, 'ecar-pool.yaml'));
    expect((await adopt(cwd, '--environments', 'live')).exitCode).toBe(0);
    expect(read(cwd, '.gitignore').match(/# ecar-pool/g)).toHaveLength(1);
    expect(read(cwd, '.gitignore')).toContain('.env.live\n');
  });

  it.each([
    ['--dir', 'elsewhere', 'lie beside its first Compose file'],
    ['--database', 'shop', '--database has no use'],
    ['--user', 'shop', '--user has no use'],
    ['--postgres-image', 'postgres:17', '--postgres-image has no use'],
    ['--environments', 'dev,prod', 'is one environment'],
    ['--pool-size', '200', 'give a smaller --pool-size'],
  ])('must refuse an option that would do nothing, or harm: %s', async (flag, value, words) => {
    const { folder: cwd } = copyProject('django-workers-and-beat');
    const before = digestFiles(cwd);
    expect(await adopt(cwd, flag, value)).toMatchObject({ exitCode: 2, err: expect.stringContaining(words) });
    expect(digestFiles(cwd)).toEqual(before);
  });

  it('must name in the README all that goes on the way back', async () => {
    const { folder: cwd } = copyProject('django-workers-and-beat');
    const before = readdirSync(cwd);
    await adopt(cwd);
    await runToEnd(['render'], { cwd });
    const [, way = ''] = /\*\*The way back\*\*([\s\S]*?)\n\n/.exec(readFileSync('README.md', 'utf8')) ?? [];
    const added = readdirSync(cwd).filter((name) => !before.includes(name));
    expect(added).toContain('ecar-pool.yaml');
    for (const name of added) expect(way).toContain(`\`${name}`);
  });
});
