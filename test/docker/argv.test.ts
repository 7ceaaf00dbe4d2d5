import { describe, expect, it } from 'vitest';
import { composeArgv, execArgv, inspectArgv, logsArgv, psArgv, runArgv } from '../../src/docker/argv.ts';
import { childEnvironment } from '../../src/docker/child-env.ts';
import { ownProject } from '../../src/stack/compose-project.ts';

const PROJECT = ownProject('ecar', 'stack/prod');
const GLOBAL = '-p ecar -f stack/prod/docker-compose.yml --project-directory stack/prod';

describe('argv', () => {
  it.each([
    ['ps', psArgv(PROJECT), `compose ${GLOBAL} ps -a --format json`],
    [
      'logs',
      logsArgv(PROJECT, 'pgbouncer', { lines: 200, since: '2026-11-23T09:00:00Z' }),
      `compose ${GLOBAL} logs --no-color --no-log-prefix --since 2026-11-23T09:00:00Z --tail 200 pgbouncer`,
    ],
    [
      'logs of every run',
      logsArgv(PROJECT, 'postgres', { lines: 200, since: undefined }),
      `compose ${GLOBAL} logs --no-color --no-log-prefix --tail 200 postgres`,
    ],
    ['any', composeArgv(PROJECT, 'up', '-d'), `compose ${GLOBAL} up -d`],
    [
      'several files',
      composeArgv({ ...PROJECT, files: ['a.yml', 'b.yml'], directory: '.' }, 'up'),
      'compose -p ecar -f a.yml -f b.yml --project-directory . up',
    ],
  ])('must put the flags of the project before the subcommand: %s', (_, argv, expected) => {
    expect(argv.join(' ')).toBe(expected);
  });

  it('must ask the engine for containers by name, and for containers only', () => {
    const argv = inspectArgv(['ecar_postgres', 'ecar_pgbouncer'], '{{.Id}}');
    expect(argv.slice(0, 4)).toEqual(['inspect', '--type', 'container', '--format']);
    expect(argv.slice(5)).toEqual(['ecar_postgres', 'ecar_pgbouncer']);
  });

  it('must run a command in a container with its stdin and without a terminal', () => {
    expect(execArgv('c0ffee', 'sh', '-c', 'x')).toEqual(['exec', '--interactive', 'c0ffee', 'sh', '-c', 'x']);
  });
});

describe('childEnvironment', () => {
  it('must drop COMPOSE_*, the names of .env and nothing else', () => {
    const env = {
      PATH: '/bin',
      DOCKER_HOST: 'unix:///x',
      COMPOSE_FILE: 'other.yml',
      COMPOSE_PROJECT_NAME: 'other',
      DB_PASSWORD: 'x',
      GONE: undefined,
    };
    expect(childEnvironment(env, ['DB_PASSWORD'])).toMatchObject({ PATH: '/bin', DOCKER_HOST: 'unix:///x' });
    expect(Object.keys(childEnvironment(env, ['DB_PASSWORD'])).sort()).toEqual([
      'DOCKER_HOST',
      'GOGC',
      'PATH',
    ]);
  });

  it('must leave a GOGC of the caller as it is', () => {
    expect(childEnvironment({}, [])['GOGC']).toBe('400');
    expect(childEnvironment({ GOGC: '50' }, [])['GOGC']).toBe('50');
  });
});

it('must run one command in a container that leaves nothing behind, and no log of what it prints', () => {
  const where = { name: 'ecar_pg_client_7_1', network: 'ecar_net', image: 'postgres:18' };
  expect(runArgv(where, 'sh', '-c', 'cat')).toEqual([
    ...['run', '--rm', '--interactive', '--log-driver', 'none', '--name', 'ecar_pg_client_7_1'],
    ...['--network', 'ecar_net', '--entrypoint', 'sh', 'postgres:18', '-c', 'cat'],
  ]);
  expect(runArgv({ name: 'c', hosts: ['a:1.2.3.4'], image: 'i' }, 'sh').slice(-5)).toEqual([
    ...['--add-host', 'a:1.2.3.4', '--entrypoint', 'sh', 'i'],
  ]);
});
