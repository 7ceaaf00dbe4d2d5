import { afterEach, describe, expect, it } from 'vitest';
import { panelQueries, readDashboard, substitute } from '../support/dashboard.ts';
import { endClients, holdTransactions, keepBusy, openClients } from './support/clients.ts';
import { appLogin, consoleTable } from './support/database.ts';
import { IMAGES } from './support/images.ts';
import { failingChecks, renderAndFollow } from './support/next-steps.ts';
import type { Project } from './support/project.ts';
import { Prometheus } from './support/prometheus.ts';
import { run } from './support/run.ts';
import { useProject } from './support/use-project.ts';

const SOON = { timeout: 45_000, interval: 500 };

async function promtool(...words: readonly string[]): Promise<string> {
  const mount = ['-v', `${process.cwd()}:/work:ro`, '-w', '/work/test/monitoring'];
  const args = ['run', '--rm', ...mount, '--entrypoint', 'promtool', IMAGES.prometheus, ...words];
  const { stdout, stderr } = await run('docker', args, { cwd: process.cwd() });
  return stdout + stderr;
}

it('promtool must see every alert fire, and stay silent, as its cases say', async () => {
  expect(await promtool('test', 'rules', 'alerts.yml')).toContain('SUCCESS');
});

it('promtool must see that one Prometheus can watch two stacks', async () => {
  expect(await promtool('check', 'config', 'two-stacks.yml')).toContain('SUCCESS: two-stacks.yml is valid');
});

it('promtool must see that the rendered files of a Prometheus with Alertmanagers fit together', async () => {
  const rendered = `${process.cwd()}/test/golden/monitored/expected/monitoring/prometheus`;
  const mount = ['-v', `${rendered}:/etc/prometheus:ro`];
  const check = ['check', 'config', '/etc/prometheus/prometheus.yml'];
  const args = ['run', '--rm', ...mount, '--entrypoint', 'promtool', IMAGES.prometheus, ...check];
  const { stdout, stderr } = await run('docker', args, { cwd: process.cwd() });
  expect(stdout + stderr).toContain('SUCCESS: /etc/prometheus/prometheus.yml is valid');
});

describe('a watched stack under load', () => {
  const LIMITED = 'limited';
  let prometheus: Prometheus;
  const undo: (() => Promise<unknown>)[] = [];

  // Four and five connections, of seven that Postgres has for them; eighteen of twenty clients are too many.
  const useStack = useProject('alerts', async (project) => {
    await project.init(IMAGES.pgbouncer126, IMAGES.postgres18);
    await project.set({
      postgres: { max_connections: 10 },
      pgbouncer: { default_pool_size: 4, min_pool_size: 0, reserve_pool_size: 0 },
      environments: { prod: { pgbouncer: { max_client_conn: 20 } } },
      // One connection, and two databases to want it in.
      databases: { one: { users: [LIMITED] }, two: { users: [LIMITED] } },
      users: { [LIMITED]: { password: { env: 'DB_PASSWORD' }, max_user_connections: 1 } },
    });
    // What the last alert is about is what render would refuse.
    const settings = await project.read('ecar-pool.yaml');
    const overruled = '$& # ecar-pool: ignore over-budget the alert for it is under test';
    await project.write('ecar-pool.yaml', settings.replace(/max_connections: 10$/m, overruled));
    prometheus = await Prometheus.switchOn(project);
    const { verified } = await renderAndFollow(project);
    expect(verified.code, verified.stdout).toBe(0);
    await prometheus.hurry();
    // What it saw of verify's logins when it looked each 15 s is over: a wait of then would count for seconds.
    await new Promise((resolve) => setTimeout(resolve, 8000));
  });

  afterEach(async () => {
    for (const act of undo.splice(0).reverse()) await act();
    await expect.poll(() => prometheus.firing(), SOON).toEqual([]);
  });

  async function load(project: Project): Promise<void> {
    for (const name of [`${project.name}_db`, `${project.name}_admin`])
      undo.push(keepBusy(project, await appLogin(project, name), 2, 100));
  }

  it('must raise no alert while all is well', async () => {
    await load(useStack());
    const seen = new Set<string>();
    for (let look = 0; look < 15; look++) {
      for (const name of await prometheus.firing()) seen.add(name);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    expect([...seen]).toEqual([]);
    expect((await prometheus.query('pgbouncer_up')).map(({ value }) => value[1])).toEqual(['1']);
  });

  it('must alert when the pool is down', async () => {
    const project = useStack();
    await project.compose(['stop', 'pgbouncer']);
    undo.push(() => project.compose(['up', '-d', '--wait']));
    await expect.poll(() => prometheus.firing(), SOON).toEqual(['PgBouncerDown']);
  });

  it('must alert when the exporter is down', async () => {
    const project = useStack();
    await project.compose(['stop', 'pgbouncer-exporter']);
    undo.push(() => project.compose(['up', '-d', '--wait']));
    await expect.poll(() => prometheus.firing(), SOON).toEqual(['PgBouncerUnseen']);
  });

  it('must alert when a pool is full and clients wait', async () => {
    const project = useStack();
    const login = await appLogin(project);
    const holders = await holdTransactions(project, login, 4);
    undo.push(() => endClients(holders));
    await expect.poll(() => prometheus.firing(), SOON).toEqual(['PgBouncerPoolNearSize']);
    const waiting = await openClients(project, login, 2);
    undo.push(() => endClients(waiting));
    for (const client of waiting) client.query('SELECT 1').catch(() => {});
    await expect
      .poll(() => prometheus.firing(), SOON)
      .toEqual(['PgBouncerClientsWaiting', 'PgBouncerPoolNearSize', 'PgBouncerWaitTooLong']);
  });

  it('must alert when nearly all clients are there that may come', async () => {
    const project = useStack();
    const clients = await openClients(project, await appLogin(project), 18);
    undo.push(() => endClients(clients));
    await expect.poll(() => prometheus.firing(), SOON).toEqual(['PgBouncerClientsNearLimit']);
  });

  it('must alert when the pools hold nearly all that Postgres has', async () => {
    const project = useStack();
    const holders = await Promise.all([
      holdTransactions(project, await appLogin(project), 3),
      holdTransactions(project, await appLogin(project, `${project.name}_admin`), 4),
    ]);
    undo.push(() => endClients(holders.flat()));
    // Until they are idle for long, the connections stay; this makes them go.
    undo.unshift(() => consoleTable(project, 'RECONNECT'));
    await expect.poll(() => prometheus.firing(), SOON).toEqual(['PostgresNearMaxConnections']);
  });

  it('must alert when Postgres refuses the logins of the pool', async () => {
    const project = useStack();
    const { user, password } = await appLogin(project);
    const alter = (word: string) =>
      project.compose(['exec', '-T', 'postgres', 'psql', '-qXU', 'postgres', '-d', 'postgres'], {
        input: `ALTER ROLE "${user}" PASSWORD '${word}';\n`,
      });
    await alter('another');
    await consoleTable(project, 'RECONNECT');
    await load(project);
    undo.push(() => alter(password));
    await expect.poll(() => prometheus.firing(), SOON).toContain('PgBouncerServerLoginsFail');
    // Clients wait then; nothing else is amiss.
    const others = ['PgBouncerServerLoginsFail', 'PgBouncerClientsWaiting', 'PgBouncerWaitTooLong'];
    expect(others).toEqual(expect.arrayContaining(await prometheus.firing()));
    // Panels that show a nought where all is well count what is not.
    const counts = panelQueries(readDashboard()).filter(({ expr }) => expr.endsWith(' or vector(0)'));
    expect(counts.length).toBeGreaterThan(0);
    const empty = async () => {
      const left: string[] = [];
      for (const { title, expr } of counts)
        if ((await prometheus.query(substitute(expr.replace(/ or vector\(0\)$/, '')))).length === 0)
          left.push(title);
      return left;
    };
    await expect.poll(empty, SOON).toEqual([]);
  });

  it('must not take it for failed logins when a user has all that he may have in another database', async () => {
    const project = useStack();
    const { password } = await appLogin(project);
    const login = (database: string) => ({ user: LIMITED, password, database });
    // They come before the limit is reached: a client that must wait for its first connection is not let in yet.
    const waiting = await openClients(project, login('two'), 2);
    undo.push(() => endClients(waiting));
    const holders = await holdTransactions(project, login('one'), 1);
    undo.push(() => endClients(holders));
    for (const client of waiting) client.query('SELECT 1').catch(() => {});
    const wanted = ['PgBouncerClientsWaiting', 'PgBouncerWaitTooLong'];
    await expect.poll(() => prometheus.firing(), SOON).toEqual(wanted);
    for (let look = 0; look < 8; look++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await prometheus.firing()).toEqual(wanted);
    }
  });

  it('must be as rendered again after another render', async () => {
    const project = useStack();
    await renderAndFollow(project);
    await expect.poll(() => failingChecks(project), { timeout: 60_000 }).toEqual([]);
  });
});
