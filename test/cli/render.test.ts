import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noteStanding, readStanding } from '../../src/deploy/standing.ts';
import { runToEnd } from '../support/fake-world.ts';
import { PASSWORDS, SETTINGS, tempProject } from '../support/temp-project.ts';

function edit(folder: string, from: string, to: string): void {
  const path = join(folder, 'ecar-pool.yaml');
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

const render = (cwd: string, ...args: string[]) => runToEnd(['render', '--env', 'prod', ...args], { cwd });

describe('render', () => {
  it('must write the stack, say so a line a file, and name what to run', async () => {
    const cwd = tempProject();
    const { exitCode, out, err } = await render(cwd);
    expect(exitCode).toBe(0);
    expect(err).toBe('');
    expect(out).toMatchInlineSnapshot(`
      "created    stack/prod/.env                                there is none yet
      created    stack/prod/docker-compose.yml                  there is none yet
      created    stack/prod/pg_service.conf                     there is none yet
      created    stack/prod/pgbouncer/pgbouncer.ini             there is none yet
      created    stack/prod/pgbouncer/userlist.txt              there is none yet
      created    stack/prod/postgres/initdb.d/10-ecar-pool.sql  there is none yet
      created    stack/prod/.ecar-pool.json                     there is none yet

      Next:
        docker compose -f stack/prod/docker-compose.yml up -d --wait
          start the stack
        ecar-pool verify --env prod
          prove that it works
      "
    `);
  });

  it('must name a reload where a reload is enough', async () => {
    const cwd = tempProject();
    await render(cwd);
    edit(cwd, 'default_pool_size: 20', 'default_pool_size: 21, max_db_connections: 40');
    const { out } = await render(cwd);
    expect(out).toContain('updated    stack/prod/pgbouncer/pgbouncer.ini');
    expect(out).toContain('docker compose -f stack/prod/docker-compose.yml kill -s HUP pgbouncer');
    expect(out).not.toContain('up -d');
    expect(readFileSync(join(cwd, 'stack/prod/pgbouncer/pgbouncer.ini'), 'utf8')).toContain(
      'default_pool_size = 21',
    );
  });

  it('must name `up` where a reload would be ignored', async () => {
    const cwd = tempProject();
    await render(cwd);
    edit(cwd, 'default_pool_size: 20', 'default_pool_size: 20, pkt_buf: 8192');
    const { out } = await render(cwd);
    expect(out).toContain('updated    stack/prod/docker-compose.yml');
    expect(out).toContain('up -d --wait');
  });

  it('must tell again what an earlier one asked for since something was known to run', async () => {
    const cwd = tempProject();
    const folder = join(cwd, 'stack/prod');
    await render(cwd);
    expect((await render(cwd)).out).not.toContain('docker compose');
    await noteStanding(folder, {});
    edit(cwd, 'default_pool_size: 20', 'default_pool_size: 20, pkt_buf: 8192');
    await render(cwd);
    edit(cwd, 'default_pool_size: 20', 'default_pool_size: 21');
    expect((await render(cwd)).out).toContain('up -d --wait');
    const again = await render(cwd);
    expect(again.out).toMatch(
      /^Still to do, as long as no verify has passed since:\n {2}docker compose .*up -d --wait$/m,
    );
    expect((await render(cwd, '--check')).exitCode).toBe(0);
  });

  it('must ask for no more than before where it is refused', async () => {
    const cwd = tempProject();
    const folder = join(cwd, 'stack/prod');
    await render(cwd);
    await noteStanding(folder, {});
    writeFileSync(join(folder, 'pg_service.conf'), 'mine');
    edit(cwd, 'default_pool_size: 20', 'default_pool_size: 21');
    expect((await render(cwd)).exitCode).toBe(2);
    expect((await readStanding(folder))?.needs).toBeUndefined();
  });

  it('must bring the roles of a running Postgres in line when a password changed', async () => {
    const cwd = tempProject();
    await render(cwd);
    appendFileSync(join(cwd, '.env.prod'), "DB_PASSWORD='another'\n");
    expect((await render(cwd)).out).toContain(
      'exec -T postgres psql -X -p 5432 -U postgres -d postgres -f /docker-entrypoint-initdb.d/10-ecar-pool.sql',
    );
  });

  it('must lock the role of a user who only enters the console from now on', async () => {
    const cwd = tempProject();
    edit(cwd, 'users: [ecar_user]', 'users: [ecar_user, other]');
    edit(cwd, 'pgbouncer: { password', 'other: { password: { env: DB_PASSWORD } }\n  pgbouncer: { password');
    await render(cwd);
    edit(cwd, 'users: [ecar_user, other]', 'users: [ecar_user]');
    edit(
      cwd,
      'other: { password: { env: DB_PASSWORD } }',
      'other: { password: { env: DB_PASSWORD }, role: stats }',
    );
    const { out } = await render(cwd);
    expect(out).toContain(`-v ON_ERROR_STOP=1 -c 'ALTER ROLE "other" NOLOGIN'`);
    expect(out).toContain('kill -s HUP pgbouncer');
  });

  it.each([
    ['', ['exec -T postgres psql', 'kill -s HUP', 'up -d --wait', 'verify']],
    [
      ', ports: ["8000:8000"]',
      ['up -d --wait pgbouncer', 'exec -T postgres psql', 'kill -s HUP', 'up -d --wait', 'verify'],
    ],
  ])(
    'must name the application last, which logs in with a new password as it starts',
    async (more, order) => {
      const cwd = tempProject();
      edit(cwd, 'environments:', 'app: { build: . }\nenvironments:');
      await render(cwd);
      appendFileSync(join(cwd, '.env.prod'), "DB_PASSWORD='another'\n");
      edit(cwd, 'build: .', `build: .${more}`);
      const { out } = await render(cwd, '--json');
      const commands = (JSON.parse(out) as { next: { command: string }[] }).next.map(
        ({ command }) => command,
      );
      expect(
        commands.map((command, index) => (command.includes(order[index] ?? '') ? order[index] : command)),
      ).toEqual(order);
      expect(commands.at(-2)).toMatch(/up -d --wait$/);
    },
  );

  it('must restart the exporter once PgBouncer knows its new password, and wait for it', async () => {
    const cwd = tempProject(`${SETTINGS}monitoring: { prometheus: {} }\n`);
    edit(
      cwd,
      'pgbouncer: { password',
      'stats: { password: { env: STATS }, role: stats }\n  pgbouncer: { password',
    );
    appendFileSync(join(cwd, '.env.prod'), "STATS='one'\n");
    await render(cwd);
    appendFileSync(join(cwd, '.env.prod'), "STATS='another'\n");
    const { out } = await render(cwd, '--json');
    expect((JSON.parse(out) as { next: { command: string }[] }).next.map(({ command }) => command)).toEqual([
      'docker compose -f stack/prod/docker-compose.yml kill -s HUP pgbouncer',
      'docker compose -f stack/prod/docker-compose.yml restart pgbouncer-exporter',
      'ecar-pool verify --env prod --wait',
    ]);
  });

  it('--check must write nothing, and fail exactly when something would change', async () => {
    const cwd = tempProject();
    expect((await render(cwd, '--check')).exitCode).toBe(1);
    expect(existsSync(join(cwd, 'stack'))).toBe(false);
    await render(cwd);
    expect((await render(cwd, '--check')).exitCode).toBe(0);
    edit(cwd, 'default_pool_size: 20', 'default_pool_size: 21');
    expect((await render(cwd, '--check')).exitCode).toBe(1);
  });

  it('--diff must show that a secret changed without showing it, and write nothing', async () => {
    const cwd = tempProject();
    await render(cwd);
    appendFileSync(join(cwd, '.env.prod'), "DB_PASSWORD='another-secret'\n");
    edit(cwd, 'default_pool_size: 20', 'default_pool_size: 21');
    const { exitCode, out } = await render(cwd, '--diff');
    expect(exitCode).toBe(0);
    expect(out).toContain('-default_pool_size = 20\n+default_pool_size = 21');
    expect(out).toMatch(/^-DB_PASSWORD=\[redacted 1\]\n\+DB_PASSWORD=\[redacted (?!1\])\d+\]$/m);
    expect(out).toMatch(/-"ecar_user" \[redacted \d+\]\n\+"ecar_user" \[redacted \d+\]/);
    for (const secret of [...Object.values(PASSWORDS), 'another-secret']) expect(out).not.toContain(secret);
    expect(out).not.toMatch(/md5[0-9a-f]{32}/);
    expect((await render(cwd, '--check')).exitCode).toBe(1);
  });

  it('--diff must show nothing that was written by hand', async () => {
    const cwd = tempProject(
      SETTINGS.replace(
        'environments:',
        `app: { image: "web:1", environment: { PGBOUNCER_STATS_PASSWORD: { env: STATS_PASSWORD } } }\nenvironments:`,
      ),
    );
    const secrets = ['of-the-stats', 'hunter1', 'hunter2', 'hunter3', 'hunter4', 'hunter5'];
    appendFileSync(join(cwd, '.env.prod'), "STATS_PASSWORD='of-the-stats'\n");
    const first = await render(cwd, '--diff');
    expect(first.out).toMatch(/^\+PGBOUNCER_STATS_PASSWORD=\[redacted \d+\]$/m);
    expect(first.out).toContain('+# Rendered by ecar-pool');
    await render(cwd);
    const folder = join(cwd, 'stack/prod');
    appendFileSync(join(folder, 'pgbouncer/userlist.txt'), '"bob"\t"hunter1"\n; once "bob" "hunter2"\n');
    appendFileSync(join(folder, '.env'), "export TOKEN=hunter3\n# DB_PASSWORD='hunter4'\n");
    appendFileSync(
      join(folder, 'postgres/initdb.d/10-ecar-pool.sql'),
      'alter role x password\n$$hunter5$$;\n',
    );
    const { out } = await render(cwd, '--diff');
    expect(out.match(/^-\[redacted \d+\]$/gm)).toHaveLength(4);
    expect(out).toContain('-alter role x password');
    for (const secret of secrets) expect(first.out + out).not.toContain(secret);
  });

  it.each(['.', '..', ''])('must refuse to render over the settings: --out %j', async (out) => {
    const cwd = tempProject();
    const { exitCode, err } = await render(cwd, '--out', out);
    expect(exitCode).toBe(2);
    expect(err).toContain('is the folder of the settings, or one above it');
    expect(readdirSync(cwd).sort()).toEqual(['.env.dev', '.env.prod', 'ecar-pool.yaml']);
  });

  it('must show a settings file of any name', async () => {
    const cwd = tempProject();
    renameSync(join(cwd, 'ecar-pool.yaml'), join(cwd, 't\tab.yaml'));
    expect(await render(cwd, '--config', 't\tab.yaml')).toMatchObject({ exitCode: 0, err: '' });
    expect(readFileSync(join(cwd, 'stack/prod/.env'), 'utf8')).toContain('edit t\\u0009ab.yaml');
  });

  it('--json must carry the same facts and no secret', async () => {
    const cwd = tempProject();
    const { out } = await render(cwd, '--json', '--diff');
    const result = JSON.parse(out);
    expect(result).toMatchObject({
      schemaVersion: 1,
      environment: 'prod',
      folder: 'stack/prod',
      written: false,
    });
    expect(result.files).toContainEqual({ path: '.env', change: 'create', cause: 'there is none yet' });
    for (const secret of Object.values(PASSWORDS)) expect(out).not.toContain(secret);
  });

  it('--out must put it elsewhere, and relative paths must still lead to the project', async () => {
    const cwd = tempProject();
    edit(cwd, 'environments:', 'app: { build: ./back$end, volumes: ["./back$end:/app"] }\nenvironments:');
    await render(cwd, '--out', 'deploy/a/b');
    const text = readFileSync(join(cwd, 'deploy/a/b/docker-compose.yml'), 'utf8');
    expect(text).toContain('context: "../../../back$$end"');
    expect(text).toContain('- "../../../back$$end:/app"');
  });

  it('must remove what the settings need no more', async () => {
    const cwd = tempProject();
    await render(cwd);
    edit(
      cwd,
      'postgres: { image: postgres:17, password: { env: POSTGRES_PASSWORD } }',
      'postgres: { host: db.example.com }',
    );
    const { out } = await render(cwd);
    expect(out).toContain('removed    stack/prod/postgres/initdb.d/10-ecar-pool.sql');
    expect(readdirSync(join(cwd, 'stack/prod/postgres'), { recursive: true })).toContain('alter-roles.sql');
  });

  it('must refuse to overwrite what it did not render, and say how to go on', async () => {
    const cwd = tempProject();
    await render(cwd);
    writeFileSync(join(cwd, 'stack/prod/.env'), 'MINE=1\n');
    const { exitCode, err } = await render(cwd);
    expect(exitCode).toBe(2);
    expect(err).toContain('was not rendered by ecar-pool');
    expect(err).toContain('--force');
    expect((await render(cwd, '--force')).exitCode).toBe(0);
  });

  it('--quiet must print nothing when all is well', async () => {
    expect(await render(tempProject(), '--quiet')).toEqual({ exitCode: 0, out: '', err: '' });
  });
});
