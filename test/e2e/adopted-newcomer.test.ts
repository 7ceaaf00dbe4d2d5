import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import type { Project } from './support/project.ts';
import { useProject } from './support/use-project.ts';

const asking = (...commands: string[]) => `
    image: ${IMAGES.postgres17}
    entrypoint: ["sh", "-c", "while true; do ${commands.join('; ')}; sleep 0.2; done"]
    stop_grace_period: 0s`;
const HEALTHY = `
    image: ${IMAGES.postgres17}
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1"], interval: 1s, retries: 60 }`;
const LARAVEL =
  'PGPASSWORD=\\"$$DB_PASSWORD\\" psql -X -h $$DB_HOST -p $$DB_PORT -U $$DB_USERNAME -d $$DB_DATABASE';

interface Case {
  readonly title: string;
  readonly word: string;
  readonly files: (name: string) => Readonly<Record<string, string>>;
  readonly server: string;
  readonly user: string;
  /** Words in the queries of those who go through the pool, and of those who do not. */
  readonly pooled: readonly string[];
  readonly direct?: readonly string[];
  readonly settings: object;
  readonly found: readonly RegExp[];
}

const CASES: readonly Case[] = [
  {
    title:
      'Rails with Sidekiq: an encoded DATABASE_URL in an env_file, no .env, max_connections by the command',
    word: 'ncrails',
    files: (name) => ({
      'docker-compose.yml': `name: ${name}
services:
  db: ${HEALTHY}
    command: ["postgres", "-c", "max_connections=50"]
    env_file: ./config/db.env
  web: ${asking("psql -X $$DATABASE_URL -c 'SELECT 1 -- puma'")}
    env_file: [./config/db.env, ./config/web.env]
    depends_on: { db: { condition: service_healthy } }
  sidekiq: ${asking("psql -X $$DATABASE_URL -c 'SELECT 1 -- sidekiq'")}
    env_file: [./config/db.env, ./config/web.env]
    depends_on: { db: { condition: service_healthy } }
`,
      'config/db.env': 'POSTGRES_USER=blog\nPOSTGRES_PASSWORD=s!crit/42 x\nPOSTGRES_DB=blog_production\n',
      'config/web.env':
        'DATABASE_URL=postgresql://blog:s%21crit%2F42%20x@db/blog_production?connect_timeout=5\n',
    }),
    server: 'db',
    user: 'blog',
    pooled: ['puma', 'sidekiq'],
    settings: { postgres: { max_connections: 50 }, pgbouncer: { default_pool_size: 20 } },
    found: [/BLOG_PASSWORD_IN_URL is encoded as in a URL/],
  },
  {
    title: 'Laravel: variables in a list, a worker that extends the app, a password with everything in it',
    word: 'nclaravel',
    files: (name) => ({
      'docker-compose.yml': `name: ${name}
services:
  app: ${asking(`${LARAVEL} -c 'SELECT 1 -- app'`)}
    environment:
      - APP_ENV=production
      - DB_CONNECTION=pgsql
      - DB_HOST=\${DB_HOST:-pgsql}
      - DB_PORT=\${DB_PORT:-5432}
      - DB_DATABASE
      - DB_USERNAME=\${DB_USERNAME}
      - "DB_PASSWORD=\${DB_PASSWORD}"
    depends_on: { pgsql: { condition: service_healthy } }
  queue:
    extends: app
    entrypoint: ["sh", "-c", "while true; do ${LARAVEL} -c 'SELECT 1 -- queue'; sleep 0.2; done"]
  pgsql: ${HEALTHY}
    environment:
      - POSTGRES_DB=\${DB_DATABASE}
      - POSTGRES_USER=\${DB_USERNAME}
      - POSTGRES_PASSWORD=\${DB_PASSWORD}
`,
      '.env': `APP_NAME="My Shop"\nDB_HOST=pgsql\nDB_DATABASE=shop-db\nDB_USERNAME=shop\nDB_PASSWORD='p$ss#w"rd é'\n`,
    }),
    server: 'pgsql',
    user: 'shop',
    pooled: ['app', 'queue'],
    settings: { postgres: { max_connections: 100 } },
    found: [/max_connections is 100: Postgres's own default/],
  },
  {
    title: 'Node: two databases on an internal network, another network, a URL that cannot be read',
    word: 'ncnode',
    files: (name) => ({
      'compose.yml': `name: ${name}
services:
  api: ${asking("psql -X $$DATABASE_URL -c 'SELECT 1 -- api'", "psql -X $$ANALYTICS_URL -c 'SELECT 1 -- stats'")}
    environment:
      DATABASE_URL: postgres://node:\${NODE_PW}@maindb:5432/main
      ANALYTICS_URL: postgres://node:\${NODE_PW}@maindb:5432/analytics
    networks: [front, back]
    depends_on: { maindb: { condition: service_healthy } }
  legacy: ${asking("PGPASSWORD='r@der12' psql -X -h warehouse -U reader -d analytics -c 'SELECT 1 -- legacy'")}
    environment: { LEGACY_URL: "postgres://reader:r@der12@warehouse/analytics" }
    networks: [reports]
    depends_on: { maindb: { condition: service_healthy } }
  maindb: ${HEALTHY}
    command: -c max_connections=30
    environment: { POSTGRES_USER: node, POSTGRES_PASSWORD: "\${NODE_PW}", POSTGRES_DB: main }
    volumes: ["./init.sql:/docker-entrypoint-initdb.d/init.sql:ro"]
    networks: { back: {}, reports: { aliases: [warehouse] } }
networks: { front: {}, back: { internal: true }, reports: {} }
`,
      '.env': 'NODE_PW=of-the-node-app\n',
      'init.sql': "CREATE DATABASE analytics; CREATE ROLE reader LOGIN PASSWORD 'r@der12';\n",
    }),
    server: 'maindb',
    user: 'node',
    pooled: ['api', 'stats'],
    direct: ['legacy'],
    settings: {
      compose: { networks: ['back', 'default'] },
      postgres: { max_connections: 30 },
      databases: { main_session: { pool_size: 2 }, analytics: { users: ['node'] } },
      pgbouncer: { default_pool_size: 9 },
    },
    found: [/PgBouncer joins default, too/, /the LEGACY_URL of legacy is left alone, as it cannot be read/],
  },
];

/** Who asked the server of late, by the word in the query, and as what; the pool adds the client's address. */
async function listSessions(project: Project, { server, user }: Case): Promise<string> {
  const query = `SELECT substring(query from '-- (\\w+)$'), application_name FROM pg_stat_activity WHERE query ~ '-- \\w+$'`;
  const argv = ['compose', 'exec', '-T', server, 'psql', '-X', '-U', user, '-d', 'postgres', '-Atc', query];
  return (await project.docker(argv)).stdout;
}

describe.each(CASES)('a newcomer with $title', (project) => {
  const useStack = useProject(project.word, async (folder) => {
    await mkdir(folder.path('config'));
    for (const [path, text] of Object.entries(project.files(folder.name))) await folder.write(path, text);
    await folder.run('docker', ['compose', 'up', '-d', '--wait']);
  });

  it('must get from init --from over render and deploy to verify', async () => {
    const folder = useStack();
    const [file = ''] = Object.keys(project.files(folder.name));
    const init = await folder.ecar([
      ...['init', '--from', file, '--port', String(folder.port)],
      ...['--pgbouncer-image', IMAGES.pgbouncer126],
    ]);
    for (const pattern of project.found) expect(init.stdout).toMatch(pattern);
    expect(parse(await folder.read('ecar-pool.yaml'))).toMatchObject(project.settings);
    await folder.ecar(['render']);
    const { stdout } = await folder.ecar(['deploy', '--yes']);
    expect(stdout).toMatch(/prod works: \d+ ok/);
    await folder.ecar(['verify']);
  });

  it('must have its queries come through the pool, and those alone', async () => {
    const folder = useStack();
    const wanted = new Set([...project.pooled, ...(project.direct ?? [])]);
    await eventually(async () => {
      const sessions = (await listSessions(folder, project)).split('\n');
      for (const line of sessions) {
        const [word = '', application = ''] = line.split('|');
        if (!/^psql(?: - [\d.]+:\d+)?$/.test(application)) continue;
        expect(application.includes(' - '), line).toBe(!project.direct?.includes(word));
        wanted.delete(word);
      }
      expect([...wanted]).toEqual([]);
    }, 60_000);
  });
});
