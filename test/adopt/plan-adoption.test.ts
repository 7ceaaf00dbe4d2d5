import { describe, expect, it } from 'vitest';
import type { Said } from '../../src/adopt/adoption.ts';
import { planAdoption } from '../../src/adopt/plan-adoption.ts';
import { readProjectModel } from '../../src/adopt/project-model.ts';
import { readEnvFile } from '../../src/adopt/read-env-file.ts';

const SAID: Said = {
  service: undefined,
  host: undefined,
  apps: undefined,
  passwordEnv: undefined,
  port: 6432,
};

function plan(services: object, { dotenv = '', said = {} }: { dotenv?: string; said?: Partial<Said> } = {}) {
  const variables = { dotenv: readEnvFile(dotenv, () => undefined), env: {}, files: new Map() };
  return planAdoption(readProjectModel({ services }), variables, { ...SAID, ...said });
}

const DB = { image: 'postgres:17', environment: { POSTGRES_PASSWORD: 'literal' } };
const app = (environment: object, more: object = {}) => ({
  image: 'example.com/app:1',
  environment,
  ...more,
});

describe('planAdoption', () => {
  it('must leave open which of two servers is meant, and take what is said', () => {
    const services = {
      one: DB,
      two: DB,
      web: app({ A: 'postgres://postgres:x@one/a', B: 'postgres://postgres:x@two/b' }),
    };
    expect(plan(services)).toEqual({
      open: [expect.objectContaining({ flag: '--postgres-service NAME', choices: ['one', 'two'] })],
    });
    const outcome = plan(services, { said: { service: 'two' } });
    expect('adoption' in outcome && [...(outcome.adoption.services.get('web') ?? [])]).toEqual([
      ['B', 'postgres://postgres:${POSTGRES_PASSWORD}@pgbouncer:6432/b'],
    ]);
  });

  it('must leave alone what is there to go past a pool', () => {
    const url = 'postgres://postgres:literal@db/app';
    const services = { db: DB, web: app({ DATABASE_URL: url, DIRECT_URL: url, SHADOW_DATABASE_URL: url }) };
    const outcome = plan(services);
    if (!('adoption' in outcome)) throw new Error('refused');
    expect([...(outcome.adoption.services.get('web')?.keys() ?? [])]).toEqual(['DATABASE_URL']);
    expect(outcome.adoption.notes).toContain(
      'the DIRECT_URL of web stays at Postgres: by its name it goes past a pool',
    );
  });

  it('must write no password into the settings that stands among the parameters of a URL', () => {
    const url = 'jdbc:postgresql://db:5432/app?user=app&password=TopSecret42';
    const outcome = plan({ db: DB, web: app({ SPRING_DATASOURCE_URL: url }) });
    if (!('adoption' in outcome)) throw new Error('refused');
    expect(JSON.stringify([...(outcome.adoption.services.get('web') ?? [])])).not.toContain('TopSecret42');
    expect([...outcome.adoption.users.keys()]).toEqual(['app']);
    expect([...outcome.adoption.moved.values()]).toEqual(['TopSecret42']);
  });

  it.each([
    [
      'a pooler is there',
      { db: DB, pool: { image: 'edoburu/pgbouncer:v1.24.1-p1' } },
      /pool of this project is a pooler already/,
    ],
    [
      'a service has our name',
      { db: DB, pgbouncer: app({}) },
      /pgbouncer of this project is a pooler already/,
    ],
    [
      'nobody names the server',
      { db: DB, web: app({ DB_NAME: 'x' }, { depends_on: ['db'] }) },
      /no service is told/,
    ],
    [
      'the server is on the network of the host',
      { db: { ...DB, network_mode: 'host' }, web: app({ DB_HOST: 'db' }) },
      /network_mode: host/,
    ],
    [
      'the port is taken',
      { db: DB, web: app({ DB_HOST: 'db' }, { ports: ['80:80', '6432:81'] }) },
      /port 6432/,
    ],
    [
      'the port is taken, in the long form',
      { db: DB, web: app({ DB_HOST: 'db' }, { ports: [{ target: 1, published: '6432' }] }) },
      /port 6432 of this host is published by the service web/,
    ],
    [
      'the application has no network',
      { db: DB, web: app({ DB_HOST: 'db' }, { network_mode: 'none' }) },
      /network_mode: none/,
    ],
  ])('must refuse where %s', (_, services, refused) => {
    expect(plan(services)).toMatchObject({
      refused: expect.stringMatching(refused),
      hint: expect.any(String),
    });
  });

  it('must take nothing for the password of a role that no one tells', () => {
    const services = { db: DB, web: app({ DB_HOST: 'db', DB_USER: 'other' }) };
    expect(plan(services)).toEqual({ open: [expect.objectContaining({ flag: '--password-env NAME' })] });
    const outcome = plan(services, { said: { passwordEnv: 'OTHER' } });
    expect('adoption' in outcome && outcome.adoption.users.get('other')).toEqual({ env: 'OTHER' });
  });

  it('must use a variable that holds the very password of a connection string', () => {
    const services = { db: DB, web: app({ DATABASE_URL: 'postgres://postgres:same@db/app' }) };
    const outcome = plan(services, { dotenv: 'OTHER=x\nPG_PASSWORD=same\n' });
    expect(outcome).toMatchObject({
      adoption: { moved: new Map(), users: new Map([['postgres', { env: 'PG_PASSWORD' }]]) },
    });
  });

  it('must not give a password the name of a variable that the project asks for', () => {
    const url = 'postgres://app:secret@db/app';
    const outcome = plan({ db: DB, web: app({ DATABASE_URL: url, X: '${APP_PASSWORD:-other}' }) });
    expect(outcome).toMatchObject({ adoption: { moved: new Map([['POOL_APP_PASSWORD', 'secret']]) } });
  });

  it('must copy a password of a Compose file for itself, and touch no .env', () => {
    const outcome = plan({ db: DB, web: app({ DB_HOST: 'db', DB_PASSWORD: 'inline' }) });
    expect(outcome).toMatchObject({
      adoption: { moved: new Map(), copied: new Map([['POSTGRES_PASSWORD', 'inline']]) },
    });
  });

  it.each([
    ['setup', 'bundle exec rails db:create db:schema:load', /^setup stays .*migrations need a session/],
    ['reset', 'bin/rails db:reset', /^reset stays .*migrations need a session/],
    ['seeds', 'rake db:seed:replant', /^seeds stays .*migrations need a session/],
    ['release', './release.sh', /^release stays .*looks like migrations by its name/],
    ['db-migrations', 'run', /^db-migrations stays .*looks like migrations by its name/],
    ['jobs', 'bundle exec good_job start', /^jobs stays .*good_job needs a session .*<database>_session/],
    ['jobs', 'bundle exec que ./app.rb', /^jobs stays .*que needs a session/],
    ['jobs', 'npx graphile-worker -c x', /^jobs stays .*graphile-worker needs a session/],
    ['web', 'sh -c "rails db:prepare && rails server"', /^web runs migrations as well, which need a session/],
    ['releases', 'bin/rails server', undefined],
    ['release', 'bin/rails server', undefined],
    ['web', 'node que.js', undefined],
  ])('must tell what needs a session: %s, %s', (name, command, expected) => {
    const url = { DATABASE_URL: 'postgres://postgres:${P}@db/app' };
    const services = { db: DB, other: app(url), [name]: app(url, { command }) };
    const outcome = plan(services, { dotenv: 'P=x\n' });
    const notes = 'adoption' in outcome ? outcome.adoption.notes : [];
    const said = notes.filter((note) => note.includes('session'));
    expect(said).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)]);
  });

  it('must keep tools, migrations and what is not named at Postgres itself', () => {
    const url = { DATABASE_URL: 'postgres://postgres:${P}@db/app' };
    const outcome = plan(
      {
        db: DB,
        web: app(url),
        migrate: app(url, { command: ['alembic', 'upgrade', 'head'] }),
        both: app(url, { command: 'sh -c "python manage.py migrate && gunicorn x"' }),
        dump: { image: 'postgres:17', command: 'pg_dump -h db app', environment: url },
        admin: { image: 'dpage/pgadmin4:9', environment: { PGADMIN_DB_HOST: 'db' } },
      },
      { dotenv: 'P=x\n' },
    );
    expect('adoption' in outcome && [...outcome.adoption.services.keys()]).toEqual(['both', 'web']);
  });

  it.each([
    ['nothing', {}, 100, /Postgres's own default, as the project sets none for db/],
    ['a list', { command: ['postgres', '-c', 'max_connections=200'] }, 200, /as the command of db says/],
    ['a text', { command: 'postgres -c shared_buffers=1GB -c max_connections=300' }, 300, /command/],
    ['no blank', { command: 'postgres -cmax_connections=300' }, 300, /command/],
    ['a long option', { command: ['--max-connections=150'] }, 150, /command/],
    ['the short option', { command: ['postgres', '-N', '70'] }, 70, /command/],
    ['a shell', { command: `sh -c "exec postgres -c 'max_connections=80'"` }, 80, /command/],
    ['two, of which the last counts', { command: 'postgres -N 70 --max_connections=90' }, 90, /command/],
    ['a variable with a default', { command: 'postgres -c max_connections=${PGMAX:-120}' }, 120, /command/],
    ['a variable of .env', { command: 'postgres -N ${P}' }, 55, /command/],
    [
      "initdb's arguments",
      { environment: { POSTGRES_INITDB_ARGS: '-c max_connections=60' } },
      60,
      /as the command of db says/,
    ],
    [
      "a variable of bitnami's image",
      { image: 'bitnami/postgresql:17', environment: { POSTGRESQL_MAX_CONNECTIONS: 250 } },
      250,
      /as POSTGRESQL_MAX_CONNECTIONS of db says/,
    ],
    [
      'a file that is mounted',
      { command: 'postgres -c config_file=/etc/postgresql.conf' },
      100,
      /as \/etc\/postgresql\.conf of db is not read/,
    ],
    [
      'another option',
      { command: 'postgres -c max_connections_x=9 -c reserved_connections=7' },
      100,
      /own default/,
    ],
  ])('must find how many connections Postgres takes: %s', (_, more, max_connections, reason) => {
    const services = { db: { ...DB, ...more }, web: app({ DB_HOST: 'db', DB_PASSWORD: 'x', DB_USER: 'a' }) };
    expect(plan(services, { dotenv: 'P=55\n' })).toMatchObject({
      adoption: { limit: { max_connections, reason: expect.stringMatching(reason) } },
    });
  });

  it.each([
    ['an @', 'postgres://app:hunter@2@db/app'],
    ['a /', 'postgres://app:hunter/2@db/app'],
    ['a / after a number', 'postgres://app:12/hunter2@db/app'],
    ['a ?', 'postgres://app:hunter?2@db/app'],
    ['quotes', "host=db user=app password='hunter2 x'"],
    ['several hosts', 'postgres://app:hunter2@db,db2/app'],
    ['no host', 'postgres://app:hunter2@/app?host=/run'],
  ])('must say which variable it cannot read, and nothing that it holds: %s', (_, url) => {
    const web = app({ DATABASE_URL: 'postgres://postgres:${P}@db/app' });
    const outcome = plan({ db: DB, web, worker: app({ DATABASE_URL: url }) }, { dotenv: 'P=x\n' });
    const notes = 'adoption' in outcome ? outcome.adoption.notes : [];
    expect(notes).toContainEqual(
      expect.stringMatching(/^the DATABASE_URL of worker is left alone, as it cannot be read: /),
    );
    expect('adoption' in outcome && [...outcome.adoption.services.keys()]).toEqual(['web']);
    const alone = plan({ db: DB, worker: app({ DATABASE_URL: url }) });
    expect(alone).toMatchObject({
      refused: expect.stringMatching(/^the DATABASE_URL of worker is left alone/),
    });
    expect(JSON.stringify([notes, alone])).not.toMatch(/hunter|2@db/);
  });

  it.each([
    ['of another scheme', { A: 'cockroach://app:hunter2@db/app' }, ['A']],
    ['of two schemes', { A: 'odbc:postgresql://db:5432/app?password=hunter2' }, ['A']],
    ['in a variable with a / in its password', { A: 'cockroach://app:hun/ter2@${H}/app' }, ['A']],
    ['of other servers', { A: 'mysql://app:hunter2@other/app', B: 'foo://db.example.com/x' }, []],
    ['of another port, or what is no database', { A: 'foo://db:9000/x', B: 'http://db/hunter2' }, []],
    ['that holds the name elsewhere', { A: 'foo://other/db', B: 'foo://other?to=db', C: 'db' }, []],
  ])('must say that it leaves alone a URL %s, and nothing that it holds', (_, environment, names) => {
    const url = 'postgres://postgres:literal@db/app';
    const outcome = plan(
      { db: DB, web: app({ DATABASE_URL: url, ...environment }), other: app({}) },
      { dotenv: 'H=db\n' },
    );
    const notes = 'adoption' in outcome ? outcome.adoption.notes : [];
    expect(notes.filter((note) => note.includes('scheme'))).toEqual(
      names.map((name) => expect.stringMatching(new RegExp(`^the ${name} of web is left alone: `))),
    );
    expect(JSON.stringify(outcome)).not.toMatch(/hun/);
  });

  it('must not take what else is at localhost for Postgres', () => {
    const own = { DATABASE_URL: 'postgres://postgres:literal@localhost/app', A: 'foo://localhost/x' };
    const outcome = plan({ db: DB, web: app(own, { network_mode: 'host' }) });
    expect(JSON.stringify(outcome)).not.toContain('scheme');
  });

  it('must hold a password in one place: .env, where a connection string needs it there', () => {
    const services = {
      a: app({ DB_HOST: 'db', DB_PASSWORD: 'inline' }),
      b: app({ DATABASE_URL: 'postgres://postgres:inline@db/app' }),
      db: DB,
    };
    expect(plan(services)).toMatchObject({
      adoption: {
        moved: new Map([['POSTGRES_PASSWORD', 'inline']]),
        copied: new Map(),
        users: new Map([['postgres', { env: 'POSTGRES_PASSWORD' }]]),
      },
    });
  });

  it('must copy no password that .env has already under a name of its own', () => {
    const services = { db: DB, web: app({ DB_HOST: 'db', DB_PASSWORD: 'inline' }) };
    expect(plan(services, { dotenv: 'PG_PASS=inline\n' })).toMatchObject({
      adoption: { copied: new Map(), users: new Map([['postgres', { env: 'PG_PASS' }]]) },
    });
  });

  it('must say where monitoring would take the name of a service', () => {
    const web = app({ DB_HOST: 'db', DB_PASSWORD: 'x' });
    const outcome = plan({ db: DB, web, grafana: { image: 'grafana/grafana:12.2.0' } });
    expect('adoption' in outcome && outcome.adoption.notes).toContainEqual(
      expect.stringMatching(/^grafana is a service of the project: before `monitoring` is switched on/),
    );
  });

  it('must tell the password of a URL, which is encoded, from the one that PgBouncer logs in with', () => {
    const web = app({ DATABASE_URL: 'postgres://a-b:p%40ss@db/app' });
    const other = app({ DB_HOST: 'db', DB_USER: 'a_b', DB_PASSWORD: 'other' });
    const outcome = plan({ db: DB, web, worker: web, other });
    expect(outcome).toMatchObject({
      adoption: {
        moved: new Map([['A_B_PASSWORD_IN_URL', 'p%40ss']]),
        copied: new Map([
          ['A_B_PASSWORD', 'other'],
          ['POOL_A_B_PASSWORD', 'p@ss'],
        ]),
        users: new Map([
          ['a_b', { env: 'A_B_PASSWORD' }],
          ['a-b', { env: 'POOL_A_B_PASSWORD' }],
        ]),
      },
    });
    const notes = 'adoption' in outcome ? outcome.adoption.notes : [];
    expect(notes.filter((note) => note.includes('encoded as in a URL'))).toHaveLength(1);
  });

  it.each([
    ['default, where nobody else is on it', { networks: ['back'] }, ['back', 'default']],
    [
      'one of an application, where somebody is',
      { networks: ['back', 'front'] },
      ['back', 'front'],
      { x: {} },
    ],
    ['nothing where one is open already', { networks: ['back', 'front'] }, ['front'], {}, ['front']],
  ])(
    'must join for its port, behind internal networks, %s',
    (_, more, networks, others = {}, of = ['back']) => {
      const services = {
        db: { ...DB, networks: of },
        web: app({ DB_HOST: 'db', DB_PASSWORD: 'x' }, more),
        ...others,
      };
      const variables = { dotenv: new Map(), env: {}, files: new Map() };
      const model = readProjectModel({ services, networks: { back: { internal: true }, front: null } });
      expect(planAdoption(model, variables, SAID)).toMatchObject({ adoption: { networks } });
    },
  );

  it('must name the variable of a password that is not set yet, and write none', () => {
    const web = app({ DATABASE_URL: 'postgres://app:${PW:?set it}@db/app' });
    expect(plan({ db: DB, web })).toMatchObject({
      adoption: {
        moved: new Map(),
        copied: new Map(),
        users: new Map([['app', { env: 'PW' }]]),
        services: new Map([
          ['web', new Map([['DATABASE_URL', 'postgres://app:${PW:?set it}@pgbouncer:6432/app']])],
        ]),
      },
    });
  });

  it('must find a password in the file of a secret', () => {
    const services = {
      db: DB,
      web: app({ PGHOST: 'db', PGUSER: 'app', PGPASSWORD_FILE: '/run/secrets/pw' }),
    };
    const variables = { dotenv: new Map(), env: {}, files: new Map() };
    const model = readProjectModel({ services, secrets: { pw: { file: './pw.txt' } } });
    expect(planAdoption(model, variables, SAID)).toMatchObject({
      adoption: { users: new Map([['app', { file: './pw.txt' }]]) },
    });
  });
});
