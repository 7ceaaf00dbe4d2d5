import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runToEnd, start } from '../support/fake-world.ts';
import { tempFolder } from '../support/temp-project.ts';

const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');

describe('init', () => {
  it('--yes must write a project that renders, with secrets that only their owner reads', async () => {
    const cwd = tempFolder();
    expect((await runToEnd(['init', '--yes', '--name', 'ecar'], { cwd })).exitCode).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual([
      '.env.dev',
      '.env.prod',
      '.gitignore',
      'ecar-pool.schema.json',
      'ecar-pool.yaml',
    ]);
    expect(statSync(join(cwd, '.env.prod')).mode & 0o777).toBe(0o600);
    expect(read(cwd, '.env.prod')).not.toBe(read(cwd, '.env.dev'));
    expect(read(cwd, '.env.prod')).toMatch(/^DB_PASSWORD='[\w-]{32}'$/m);
    expect(read(cwd, '.gitignore').split('\n')).toEqual(
      expect.arrayContaining(['.env', '.env.*', '!.env.example', 'stack/', 'backups/']),
    );
    for (const environment of ['dev', 'prod']) {
      expect(await runToEnd(['render', '--env', environment, '-q'], { cwd })).toEqual({
        exitCode: 0,
        out: '',
        err: '',
      });
    }
  });

  it('must give each environment its own project and port, so that all can run on one host', async () => {
    const cwd = tempFolder();
    await runToEnd(['init', '--yes', '--name', 'ecar', '--environments', 'dev,test,prod'], { cwd });
    const seen = [];
    for (const environment of ['dev', 'test', 'prod']) {
      await runToEnd(['render', '--env', environment], { cwd });
      const compose = read(cwd, `stack/${environment}/docker-compose.yml`);
      seen.push([/^name: (.*)$/m.exec(compose)?.[1], /published: "(\d+)"/.exec(compose)?.[1]]);
    }
    expect(seen).toEqual([
      ['"ecar_dev"', '6433'],
      ['"ecar_test"', '6434'],
      ['"ecar"', '6432'],
    ]);
  });

  it.each([
    ['--name', '9'],
    ['--database', 'null'],
    ['--user', 'true'],
  ])('must write a name that YAML takes for something else as text: %s %s', async (flag, value) => {
    const cwd = tempFolder();
    await runToEnd(['init', '--yes', '--name', 'ecar', flag, value], { cwd });
    expect(await runToEnd(['render', '-q'], { cwd })).toEqual({ exitCode: 0, out: '', err: '' });
  });

  it.each([
    ['--database', 'pgbouncer', 'PgBouncer reserves this name'],
    ['--database', 'd'.repeat(62), 'longer than'],
    ['--user', 'pgbouncer', 'pgbouncer'],
    ['--user', 'stats', 'stats'],
    ['--user', 'postgres', 'superuser'],
  ])('must not write settings that render would refuse: %s %s', async (flag, value, reason) => {
    const cwd = tempFolder();
    const { exitCode, err } = await runToEnd(['init', '--yes', '--name', 'ecar', flag, value], { cwd });
    expect(exitCode).toBe(2);
    expect(err).toContain('settings with these answers would be refused');
    expect(err).toContain(reason);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('must write a block of monitoring that renders once it is no comment', async () => {
    const cwd = tempFolder();
    await runToEnd(['init', '--yes', '--name', 'ecar'], { cwd });
    const settings = read(cwd, 'ecar-pool.yaml');
    const block = /^# monitoring:\n(?:# {3}.*\n)+/m;
    expect(settings).toMatch(block);
    const isOn = settings.replace(block, (lines) => lines.replace(/^# /gm, ''));
    writeFileSync(join(cwd, 'ecar-pool.yaml'), isOn);
    const env = { GRAFANA_PASSWORD: 'x' };
    expect(await runToEnd(['render', '--env', 'prod', '-q'], { cwd, env })).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(cwd, 'stack/prod/monitoring')).sort()).toEqual([
      'exporter',
      'grafana',
      'pgbadger',
      'prometheus',
    ]);
    expect(read(cwd, 'stack/prod/pgbouncer/rotate-log.sh')).toContain('104857600');
  });

  it.each([
    [
      'an external Postgres',
      ['--postgres-host', 'db.example.com:5433'],
      /host: db\.example\.com\n {2}port: 5433[\s\S]*auth_type: scram-sha-256/,
    ],
    ['scram', ['--auth-type', 'scram-sha-256'], /auth_type: scram-sha-256/],
    [
      'a small pool',
      ['--pool-size', '2'],
      /default_pool_size: 2\n {2}min_pool_size: 2\n {2}reserve_pool_size: 1/,
    ],
    ['a large pool', ['--pool-size', '90'], /max_db_connections: 135/],
    ['one environment', ['--environments', 'staging'], /staging:\n {4}name: ecar_staging/],
    [
      'other images',
      ['--pgbouncer-image', 'example.com/pgb:1.26.1', '--postgres-image', 'postgres:18'],
      /image: example\.com\/pgb:1\.26\.1/,
    ],
  ])('must take %s from options, and what it writes must render', async (_, args, expected) => {
    const cwd = tempFolder();
    expect((await runToEnd(['init', '--yes', '--name', 'ecar', ...args], { cwd })).exitCode).toBe(0);
    expect(read(cwd, 'ecar-pool.yaml')).toMatch(expected);
    expect((await runToEnd(['render', '-q'], { cwd })).exitCode).toBe(0);
  });

  it('must keep every file that is there, and say so', async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'ecar-pool.yaml'), 'mine');
    writeFileSync(join(cwd, '.env.prod'), 'MINE=1');
    writeFileSync(join(cwd, '.gitignore'), 'node_modules\n.env');
    const { out } = await runToEnd(['init', '--yes'], { cwd });
    expect(out).toContain('kept      ecar-pool.yaml  it was there already');
    expect(out).toContain('kept      .env.prod  it was there already');
    expect(read(cwd, 'ecar-pool.yaml')).toBe('mine');
    expect(read(cwd, '.env.prod')).toBe('MINE=1');
    expect(read(cwd, '.gitignore')).toBe(
      'node_modules\n.env\n# ecar-pool: secrets, rendered files and backups\n.env.*\n!.env.example\nstack/\nbackups/\n',
    );
    await runToEnd(['init', '--yes'], { cwd });
    expect(read(cwd, '.gitignore').match(/stack\//g)).toHaveLength(1);
  });

  it('must never wait for input without a terminal', async () => {
    const cwd = tempFolder();
    const run = start(['init'], { cwd });
    expect(await run.exitCode).toBe(0);
    expect(read(cwd, 'ecar-pool.yaml')).toContain(`name: ${basename(cwd).toLowerCase()}`);
  });

  it('must name the project after its folder, whatever that is called', async () => {
    const cwd = join(tempFolder(), 'Garage & Söhne');
    mkdirSync(cwd);
    await runToEnd(['init', '--yes'], { cwd });
    expect(read(cwd, 'ecar-pool.yaml')).toMatch(/^name: garage-s-hne$/m);
    expect((await runToEnd(['render', '-q'], { cwd })).exitCode).toBe(0);
  });

  it('must find the application of the guide', async () => {
    const cwd = tempFolder();
    mkdirSync(join(cwd, 'backend'));
    for (const name of ['Dockerfile', 'manage.py']) writeFileSync(join(cwd, 'backend', name), '');
    await runToEnd(['init', '--yes', '--name', 'ecar'], { cwd });
    expect(read(cwd, 'ecar-pool.yaml')).toMatch(/^ {2}build: \.\/backend$/m);
    expect(read(cwd, '.env.prod')).toContain('SECRET_KEY=');
    expect((await runToEnd(['render', '-q'], { cwd })).exitCode).toBe(0);
  });

  it('must ask on a terminal: Enter takes the default, a bad answer is asked again', async () => {
    const cwd = tempFolder();
    const run = start(['init', '--user', 'given'], { cwd, terminal: true });
    const answer = async (question: RegExp, text: string) => {
      await run.question(question);
      run.stdin.write(`${text}\n`);
    };
    await answer(/Project name \[.*\]: $/, 'Bad Name');
    await answer(/It must be lowercase[\s\S]*Project name \[.*\]: $/, 'ecar');
    await answer(/Database \[ecar_db\]: $/, '');
    await answer(/Host of your Postgres.*\[here\]: $/, 'db.example.com');
    await answer(/md5 or scram-sha-256 \[scram-sha-256\]: $/, '');
    await answer(/Server connections.*\[20\]: $/, '10');
    await answer(/Environments.*\[dev,prod\]: $/, 'prod');
    expect(await run.exitCode).toBe(0);
    const settings = read(cwd, 'ecar-pool.yaml');
    for (const part of [
      'name: ecar\n',
      'given: { password',
      'host: db.example.com',
      'auth_type: scram-sha-256',
      'default_pool_size: 10',
    ]) {
      expect(settings).toContain(part);
    }
  });

  it('must write nothing when the questions are left with Ctrl-C', async () => {
    const cwd = tempFolder();
    const run = start(['init'], { cwd, terminal: true });
    await run.question(/Project name \[.*\]: $/);
    run.stdin.write('\x03');
    expect(await run.exitCode).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.each([
    [['--name', 'Bad Name'], '--name <name> must be lowercase letters'],
    [['--pool-size', 'many'], '--pool-size <n> must be a whole number'],
    [['--auth-type', 'trust'], '--auth-type <type> must be md5 or scram-sha-256'],
    [['--environments', 'a,a'], 'must name each environment once'],
  ])('must refuse %j', async (args, message) => {
    const cwd = tempFolder();
    const { exitCode, err } = await runToEnd(['init', '--yes', ...args], { cwd });
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
