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
});
