import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { printedCommands } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

/** A service that asks again and again, in the image of Postgres, whose entrypoint would boot a server. */
const asking = (command: string) => `
    image: ${IMAGES.postgres17}
    entrypoint: ["sh", "-c", "while true; do ${command}; sleep 0.2; done"]
    stop_grace_period: 0s`;
const DATABASE = `
    image: ${IMAGES.postgres17}
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1"], interval: 1s, retries: 60 }`;
const python = (name: string) =>
  `["python3", "-c", "import os, time, psycopg\\nwhile True:\\n  with psycopg.connect(os.environ['DATABASE_URL'], autocommit=True) as c: c.execute('SELECT count(*) FROM orders -- ${name}')\\n  time.sleep(0.2)"]`;

interface Case {
  readonly title: string;
  readonly word: string;
  readonly compose: (name: string) => string;
  readonly env: string;
  readonly args?: readonly string[];
  /** The services that must come through the pool, and those that must not. */
  readonly pooled: readonly string[];
  readonly database: string;
  readonly server: string;
}

const CASES: readonly Case[] = [
  {
    title: 'Django with a worker and beat, anchors, DATABASE_URL and a migration of its own',
    word: 'django',
    compose: (name) => `name: ${name}
x-app: &app
  image: ${IMAGES.django}
  stop_grace_period: 0s
  depends_on:
    db: { condition: service_healthy }
    migrate: { condition: service_completed_successfully }
  environment: &env
    DATABASE_URL: postgres://\${POSTGRES_USER}:\${POSTGRES_PASSWORD}@db:5432/shop
services:
  db: ${DATABASE}
    environment: { POSTGRES_USER: "\${POSTGRES_USER}", POSTGRES_PASSWORD: "\${POSTGRES_PASSWORD}", POSTGRES_DB: shop }
  migrate:
    image: ${IMAGES.postgres17}
    entrypoint: ["sh", "-c", "psql -X $$DATABASE_URL -c 'CREATE TABLE IF NOT EXISTS orders AS SELECT 7 AS id' # migrate"]
    environment: *env
    depends_on: { db: { condition: service_healthy } }
  web: { <<: *app, command: ${python('web')} }
  worker: { <<: *app, command: ${python('worker')} }
  beat: { <<: *app, command: ${python('beat')} }
`,
    env: 'POSTGRES_USER=shop\nPOSTGRES_PASSWORD=correct-horse\n',
    pooled: ['beat', 'web', 'worker'],
    database: 'shop',
    server: 'db',
  },
  {
    title: 'variables of their own in a list, and an override that Compose takes by itself',
    word: 'rails',
    compose: (name) => `name: ${name}
services:
  postgres: ${DATABASE}
    environment: ["POSTGRES_PASSWORD=\${DATABASE_PASSWORD:?}"]
  app: ${asking('PGPASSWORD=$$DATABASE_PASSWORD psql -X -h $$DATABASE_HOST -p $$DATABASE_PORT -U postgres -d postgres -c SELECT\\ 1')}
    environment:
      - DATABASE_HOST=postgres
      - DATABASE_USERNAME=postgres
      - DATABASE_NAME=postgres
      - DATABASE_PASSWORD
    depends_on: [postgres]
`,
    env: 'DATABASE_PASSWORD=\'p$ss "w" word\'\n',
    pooled: ['app'],
    database: 'postgres',
    server: 'postgres',
  },
  {
    title: 'a password within the URL, and no .env at all',
    word: 'node',
    compose: (name) => `name: ${name}
services:
  api: ${asking('psql -X $$DATABASE_URL -c SELECT\\ 1')}
    environment:
      DATABASE_URL: "postgresql://api:s3cr3t@database:5432/api"
    depends_on: [database]
  database: ${DATABASE}
    environment: { POSTGRES_USER: api, POSTGRES_PASSWORD: s3cr3t, POSTGRES_DB: api }
`,
    env: '',
    pooled: ['api'],
    database: 'api',
    server: 'database',
  },
  {
    title: 'several networks, an alias, a service on the network of the host, and env_file',
    word: 'networks',
    compose: (name) => `name: ${name}
services:
  web: ${asking('psql -X \\"$$DSN\\" -c SELECT\\ 1')}
    env_file: .env
    environment: { DSN: "host=primary user=app password=\${DB_PASSWORD} dbname=app" }
    networks: [edge, data]
  bot: ${asking('psql -X $$DATABASE_URL -c SELECT\\ 1')}
    network_mode: host
    environment: { DATABASE_URL: "postgres://app:\${DB_PASSWORD}@127.0.0.1:1/app" }
  db: ${DATABASE}
    environment: { POSTGRES_USER: app, POSTGRES_PASSWORD: "\${DB_PASSWORD}" }
    networks: { data: { aliases: [primary] } }
networks: { edge: {}, data: {} }
`,
    env: 'DB_PASSWORD=several\n',
    pooled: ['bot', 'web'],
    database: 'app',
    server: 'db',
  },
];

/** The queries of a database that PgBouncer has passed on so far. */
async function countQueries(project: Project, database: string): Promise<number> {
  const [, password = ''] = /^PGBOUNCER_STATS_PASSWORD='(.*)'$/m.exec(await project.read('.env.prod')) ?? [];
  const psql = [
    'psql',
    '-X',
    '-h',
    '127.0.0.1',
    '-p',
    String(project.port),
    '-U',
    'stats',
    '-d',
    'pgbouncer',
  ];
  const env = ['-e', `PGPASSWORD=${password}`];
  const argv = ['exec', ...env, `${project.name}_pgbouncer`, ...psql, '-A', '-c', 'SHOW STATS'];
  const [header = '', ...rows] = (await project.docker(argv)).stdout.split('\n');
  const row = rows.find((line) => line.startsWith(`${database}|`))?.split('|');
  return Number(row?.[header.split('|').indexOf('total_query_count')] ?? 0);
}

describe.each(CASES)('a project with $title', ({ word, compose, env, pooled, database, server }) => {
  const useStack = useProject(word, async (project) => {
    await project.write('docker-compose.yml', compose(project.name));
    if (word === 'rails')
      await project.write(
        'docker-compose.override.yml',
        'services: { app: { environment: { DATABASE_PORT: "5432" } } }\n',
      );
    if (env !== '') await project.write('.env', env, 0o600);
    await project.run('docker', ['compose', 'up', '-d']);
  });

  it('must be adopted, boot by the printed commands, and come through the pool', async () => {
    const project = useStack();
    const init = await project.ecar([
      ...['init', '--from', 'docker-compose.yml', '--port', String(project.port)],
      ...['--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    expect(init.stdout).toContain('ecar-pool render --env prod');
    const commands = printedCommands(await project.ecar(['render', '--env', 'prod']));
    const files = [...(commands[0] ?? '').matchAll(/ -f (\S+)/g)].map(([, file = '']) => file);
    expect(commands[0]).toMatch(/^docker compose( -f \S+)+ up -d --no-recreate pgbouncer$/);
    expect(files.at(-1)).toBe('docker-compose.pgbouncer.yml');
    for (const command of commands) await project.shell(command);

    // Nobody else asks meanwhile: what is counted is theirs.
    const before = await countQueries(project, database);
    await eventually(async () => {
      expect((await countQueries(project, database)) - before).toBeGreaterThan(10 * pooled.length);
    }, 60_000);
  });

  it('must know a service that still has the environment of before', async () => {
    const project = useStack();
    const [service = ''] = pooled;
    await project.docker(['compose', 'up', '-d', '--no-deps', service]);
    const { stdout } = await project.ecar(['verify'], { code: 1 });
    expect(stdout).toContain(`${service} runs without docker-compose.pgbouncer.yml`);
    expect(stdout).toContain('--set-compose-file');
    const [, fix = 'false'] = /fix: run (docker compose .* up .*?); to have/.exec(stdout) ?? [];
    await project.shell(fix);
    await project.ecar(['verify', '--wait']);
  });

  it('must go back to what it was', async () => {
    const project = useStack();
    await rm(project.path('docker-compose.pgbouncer.yml'));
    await rm(project.path('pgbouncer'), { recursive: true });
    await project.docker(['compose', 'up', '-d']);
    await project.docker(['rm', '-f', `${project.name}_pgbouncer`]);
    const { stdout } = await project.docker(['compose', 'config', '--format', 'json']);
    expect(stdout).not.toContain('pgbouncer');
    const psql = ['compose', 'exec', '-T', server, 'psql', '-X', '-U'];
    const user = database === 'postgres' ? 'postgres' : database;
    // Nothing in Postgres has changed, and services talk to it directly.
    await eventually(async () => {
      const { stdout: clients } = await project.docker([
        ...psql,
        ...[user, '-d', database, '-Atc', 'SELECT 1'],
      ]);
      expect(clients.trim()).toBe('1');
    }, 10_000);
  });
});
