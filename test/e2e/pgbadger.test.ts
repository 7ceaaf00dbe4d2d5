import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openPage, takeScreenshot } from './support/chromium.ts';
import { inspectContainer } from './support/container.ts';
import { appLogin, consoleTable, query } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { failingChecks, renderAndFollow } from './support/next-steps.ts';
import { figures, sectionText, tableRows } from './support/pgbadger-page.ts';
import type { Project } from './support/project.ts';
import { run } from './support/run.ts';
import { listAllOf } from './support/teardown.ts';
import { useProject } from './support/use-project.ts';

const CASES = [
  { pgbouncer: IMAGES.pgbouncer126, postgres: IMAGES.postgres18 },
  { pgbouncer: IMAGES.pgbouncer124, postgres: IMAGES.postgres17 },
  { pgbouncer: IMAGES.pgbouncer118, postgres: IMAGES.postgres17 },
];

for (const { pgbouncer, postgres } of CASES) {
  describe(`reports of ${pgbouncer.replace(/.*\//, '')} and ${postgres.replace(/.*\//, '')}`, () => {
    let beforeStart: { code: number; stdout: string; stderr: string };
    const useStack = useProject('badger', async (project) => {
      await project.init(pgbouncer, postgres);
      await project.set({
        pgbouncer: { stats_period: 3 },
        // Small enough to be rotated between reports, and during them.
        monitoring: {
          log: { max_size: '4k', keep: 100 },
          pgbadger: { image: IMAGES.pgbadger, postgres: true },
        },
      });
      await project.ecar(['render', '--env', 'prod']);
      beforeStart = await project.ecar(['report', '--env', 'prod'], { code: 'any' });
      await project.compose(['up', '-d', '--wait']);
    });

    /** What the page of the newest day says, after a report. */
    async function report(project: Project, log = 'pgbouncer'): Promise<{ path: string; html: string }> {
      const { stdout } = await project.ecar(['report', '--env', 'prod', '--json']);
      const { reports } = JSON.parse(stdout) as { reports: { log: string; newest: string }[] };
      const path = reports.find((each) => each.log === log)?.newest ?? 'none';
      return { path: project.path(path), html: await project.read(path) };
    }

    /** Opens sessions one after the other, each with a query of its own. */
    async function openSessions(project: Project, count: number, database?: string): Promise<void> {
      const login = await appLogin(project, database);
      for (let n = 0; n < count; n++) await query(project, login, 'SELECT 1');
    }

    it('must be told not to be there before anything was logged', () => {
      expect(beforeStart.code).toBe(1);
      expect(beforeStart.stdout).toBe('');
      expect(beforeStart.stderr).toContain('no report: prod has logged nothing yet');
    });

    it('must pass verify, though the report touched the volumes before PgBouncer did', async () => {
      const { stdout, code } = await useStack().ecar(['verify', '--env', 'prod'], { code: 'any' });
      expect(code, stdout).toBe(0);
    });

    it('must count each session once, by user and database, over several reports', async () => {
      const project = useStack();
      const [main, admin, user] = [`${project.name}_db`, `${project.name}_admin`, `${project.name}_user`];
      await openSessions(project, 30);
      const first = await report(project);
      expect(tableRows(first.html, 'pgbsessions-per-user-table')).toEqual([[user, '30', '0ms', '0ms']]);
      await openSessions(project, 5);
      await openSessions(project, 7, admin);
      const { html } = await report(project);
      const counted = tableRows(html, 'pgbsessions-per-database-table').map(([name, count]) => [name, count]);
      expect(counted).toEqual([
        [admin, '7'],
        [main, '35'],
      ]);
      expect(tableRows(html, 'pgbconnections-per-user-table')).toEqual([[user, '42']]);
    });

    it('must count neither the console nor connections to Postgres', async () => {
      const project = useStack();
      for (let n = 0; n < 4; n++) await consoleTable(project, 'SHOW POOLS');
      // Closes every connection to Postgres, each with a line that pgBadger would take for a session.
      await consoleTable(project, 'RECONNECT');
      await openSessions(project, 1);
      const { html } = await report(project);
      const counted = (table: string) => tableRows(html, table).map(([name, count]) => [name, count]);
      const user = `${project.name}_user`;
      expect(counted('pgbsessions-per-user-table')).toEqual([[user, '43']]);
      expect(counted('pgbconnections-per-user-table')).toEqual([[user, '43']]);
    });

    it('must count right after a report that was interrupted, which leaves no container', async () => {
      const project = useStack();
      await openSessions(project, 3);
      const began = project.run('timeout', ['-s', 'INT', '3', 'ecar-pool', 'report', '--env', 'prod'], {
        code: 'any',
      });
      expect((await began).stderr).toContain('pgBadger reads the logs');
      const { stdout: left } = await project.docker([
        'ps',
        '-aq',
        '--filter',
        `name=${project.name}_pgbadger`,
      ]);
      expect(left).toBe('');
      const { html } = await report(project);
      expect(tableRows(html, 'pgbconnections-per-user-table')).toEqual([[`${project.name}_user`, '46']]);
    });

    it('must show refused logins and the load of the pool', async () => {
      const project = useStack();
      const login = await appLogin(project);
      await expect(query(project, { ...login, password: 'wrong' }, 'SELECT 1')).rejects.toThrow();
      const until = Date.now() + 7000;
      while (Date.now() < until) await query(project, login, "SELECT repeat('x', 2000)");
      await sleep(3500);
      const { html } = await report(project);
      expect(sectionText(html, 'pgbmost-frequent-errors-events')).toContain('password authentication failed');
      expect(Number.parseInt(figures(html, 'pgbsql-traffic')['Request Peak'] ?? '', 10)).toBeGreaterThan(5);
      const bytes = figures(html, 'pgbbytes-traffic')['Out Bytes Peak'] ?? '';
      expect(Number(bytes.replace(/[^\d]/g, ''))).toBeGreaterThan(2000);
    });

    it("must show Postgres's slow statements", async () => {
      const project = useStack();
      await query(project, await appLogin(project), 'SELECT pg_sleep(1.2)');
      const { html } = await report(project, 'postgres');
      expect(html).toMatch(/pg_sleep/i);
    });

    it("must leave Postgres's log within reach of the command that verify names", async () => {
      const file = '-f stack/prod/docker-compose.yml';
      const { stdout } = await useStack().shell(
        `docker compose ${file} run --rm --no-deps -T --entrypoint sh postgres -c 'tail -n 50 "$(ls -t /var/log/postgresql/*.log | head -n 1)"'`,
      );
      expect(stdout).toMatch(/user=\w+,db=\w+,app=.*pg_sleep/);
    });

    it('must open in a browser, with its charts drawn', async () => {
      const project = useStack();
      await openSessions(project, 20, `${project.name}_admin`);
      const { path } = await report(project);
      const dom = await openPage(path);
      expect(dom).toMatch(/id="graph_pgb_usersessions".*?<canvas/s);
      expect(tableRows(dom, 'pgbsessions-per-user-table').flat()).toContain(`${project.name}_user`);
      // ECAR_POOL_DOCS=1 takes the picture that the documentation shows.
      const isForDocs = process.env['ECAR_POOL_DOCS'] === '1' && pgbouncer === IMAGES.pgbouncer126;
      const picture = isForDocs ? resolve('docs/images/pgbadger.png') : project.path('pgbadger.png');
      const shown = '#pgbsql-traffic, #pgbsessions-per-database';
      await takeScreenshot(path, `.analysis-item:not(${shown}) { display: none }`, picture);
      expect((await stat(picture)).size).toBeGreaterThan(20_000);
    });

    it('must drop weeks that are too old, and say where pages go', async () => {
      const project = useStack();
      const age = ['pgbouncer', 'html/pgbouncer']
        .map(
          (at) => `cd /work/${at} && mkdir -p 2026/01 && cp -r "$(ls -d 2*/[01]*/* | tail -n 1)" 2026/01/05`,
        )
        .join(' && ');
      const inVolume = (script: string) =>
        project.docker([
          ...['run', '--rm', '--network', 'none', '--label', `com.docker.compose.project=${project.name}`],
          ...[
            '-v',
            `${project.name}_pgbadger_reports:/work`,
            '--entrypoint',
            'sh',
            IMAGES.pgbadger,
            '-c',
            script,
          ],
        ]);
      await inVolume(age);
      await openSessions(project, 1);
      const { stdout } = await project.ecar(['report', '--env', 'prod', '--to', 'pages', '--quiet']);
      const [page = ''] = stdout.split('\n');
      expect(page).toMatch(/^pages\/pgbouncer\/\d{4}\/\d\d\/\d\d\/index\.html$/);
      expect((await stat(project.path('pages'))).mode & 0o777).toBe(0o700);
      expect((await stat(join(project.folder, page))).isFile()).toBe(true);
      expect((await inVolume('find /work -path "*2026/01/05*" -type f')).stdout).toBe('');
    });

    it('must be made on schedule where `every` says so, by a service that verify looks at', async () => {
      const project = useStack();
      const before = await inspectContainer(project, 'pgbouncer');
      await project.set({ monitoring: { pgbadger: { every: '24h' } } });
      const { verified } = await renderAndFollow(project);
      expect(verified.code, verified.stdout).toBe(0);
      expect(verified.stdout).toContain('container pgbadger — running');
      expect((await inspectContainer(project, 'pgbouncer')).id).toBe(before.id);
      const { stdout } = await eventually(async () => {
        const logs = await project.docker(['logs', `${project.name}_pgbadger`]);
        expect(logs.stdout).toMatch(/^postgres/m);
        return logs;
      });
      expect(stdout).toMatch(/^pgbouncer\/\d{4}\/\d\d\/\d\d\/index\.html$/m);
      await report(project);
    });

    it('must fail verify where the last report on schedule failed', async () => {
      const project = useStack();
      const container = `${project.name}_pgbadger`;
      // Root without a capability: what is closed to everyone stays closed to it.
      await project.docker(['exec', container, 'chmod', '0', '/var/lib/pgbadger/html']);
      await project.docker(['restart', container]);
      const title = `container:${container}`;
      await eventually(async () => {
        const { stdout } = await project.ecar(['verify', '--env', 'prod'], { code: 1 });
        expect(stdout).toMatch(/pgbadger — running, unhealthy[\s\S]*logs --tail 50 pgbadger/);
      }, 60_000);
      expect(await failingChecks(project)).toEqual([title]);
      await project.docker(['exec', container, 'chmod', '755', '/var/lib/pgbadger/html']);
      await project.docker(['restart', container]);
      await eventually(async () => expect(await failingChecks(project)).toEqual([]), 60_000);
    });

    it('must leave nothing behind after down -v with its profile', async () => {
      const project = useStack();
      await project.set({ monitoring: { pgbadger: { every: undefined } } });
      const { commands } = await renderAndFollow(project);
      expect(commands).toContain(`docker rm -f ${project.name}_pgbadger`);
      expect((await project.compose(['ps', '-a', '--services'])).stdout).not.toContain('pgbadger');
      await project.compose(['--profile', 'report', 'down', '-v']);
      expect(await listAllOf(project.name)).toEqual([]);
    });
  });
}

describe('pgBadger 13.2 by itself', () => {
  const at = (time: string, text: string) => `2026-11-23 13:27:${time} UTC [1] LOG ${text}`;
  const stats = (...counts: readonly string[]) =>
    at(
      '59.903',
      `stats: ${['9 xacts/s', '20 queries/s', ...counts].join(', ')}, xact 3 us, query 4 us, wait 5 us`,
    );
  const bytes = ['in 100 B/s', 'out 200 B/s'];
  // Without a session, a page has no part for PgBouncer.
  const login = at(
    '53.100',
    'C-0x55f9f95d75f9: app/bob@10.0.0.1:47139 login attempt: db=app user=bob tls=no',
  );
  const parsed = ['0 client parses/s', '0 server parses/s', '0 binds/s'];

  async function read(...lines: readonly string[]): Promise<string> {
    const flags = ['-f', 'pgbouncer3', '--pgbouncer-only', '-q', '-x', 'html', '-o', '-', '-'];
    const argv = ['run', '--rm', '-i', '--network', 'none', IMAGES.pgbadger, ...flags];
    return (await run('docker', argv, { cwd: process.cwd(), input: `${[login, ...lines].join('\n')}\n` }))
      .stdout;
  }
  const peak = async (line: string) => figures(await read(line), 'pgbsql-traffic')['Request Peak'];

  it.each([
    { of: '1.18', line: stats(...bytes), shows: '20 queries/s' },
    { of: '1.24', line: stats(...parsed, ...bytes), shows: '20 queries/s' },
    // Once this fails, the script has no need any more to cut the logins out.
    { of: '1.26', line: stats(...parsed, '5 client logins/s', ...bytes), shows: '0 queries/s' },
  ])('must see $shows in the stats line of PgBouncer $of', async ({ line, shows }) => {
    expect(await peak(line)).toBe(shows);
  });

  it("must count sessions of names with other letters as nobody's", async () => {
    const html = await read(
      ...['app/bob', 'my db/bob', 'app/jürgen'].map((who, n) =>
        at(
          '54.168',
          `C-0x55f9f95d75f${n}: ${who}@10.0.0.1:4713${n} closing because: client close request (age=7s)`,
        ),
      ),
    );
    const counted = tableRows(html, 'pgbsessions-per-user-table').map(([name, count]) => [name, count]);
    expect(counted).toEqual([
      ['(nousr)', '2'],
      ['bob', '1'],
    ]);
  });
});
