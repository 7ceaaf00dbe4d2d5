import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import {
  namedMetrics,
  panelQueries,
  readDashboard,
  substitute,
  variableQueries,
} from '../support/dashboard.ts';
import { freePort } from '../support/free-port.ts';
import { takeScreenshot } from './support/chromium.ts';
import { keepBusy } from './support/clients.ts';
import { dashboardPage } from './support/dashboard-page.ts';
import { appLogin } from './support/database.ts';
import { IMAGES } from './support/images.ts';
import { renderAndFollow } from './support/next-steps.ts';
import { Prometheus } from './support/prometheus.ts';
import { useProject } from './support/use-project.ts';

const SOON = { timeout: 60_000, interval: 500 };

describe.each([
  { pgbouncer: IMAGES.pgbouncer126, postgres: IMAGES.postgres18, auth: 'md5' },
  { pgbouncer: IMAGES.pgbouncer124, postgres: IMAGES.postgres17, auth: 'scram-sha-256' },
])('a stack with all that watches it, with $pgbouncer', ({ pgbouncer, postgres, auth }) => {
  let prometheus: Prometheus;
  let grafanaPort = 0;
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ends) await end();
  });

  const useStack = useProject('all', async (project) => {
    await project.init(pgbouncer, postgres, '--auth-type', auth);
    prometheus = await Prometheus.switchOn(project);
    grafanaPort = await freePort();
    await project.set({
      // Few enough for the load to make clients wait.
      pgbouncer: { default_pool_size: 4, min_pool_size: 0, reserve_pool_size: 0 },
      users: { [`${project.name}_user`]: { max_user_connections: 40 } },
      monitoring: {
        grafana: {
          image: IMAGES.grafanaStandIn,
          port: grafanaPort,
          password: { env: 'GRAFANA_PASSWORD' },
        },
        log: { max_size: '10M' },
        pgbadger: { image: IMAGES.pgbadger, every: '24h', postgres: true },
      },
    });
    await project.write(
      '.env.prod',
      `${await project.read('.env.prod')}GRAFANA_PASSWORD=an-admin-password\n`,
    );
  });

  it('must be green at first boot', async () => {
    const { commands, verified } = await renderAndFollow(useStack());
    expect(commands).toEqual([
      'docker compose -f stack/prod/docker-compose.yml up -d --wait',
      'ecar-pool verify --env prod',
    ]);
    expect(verified.code, verified.stdout).toBe(0);
    for (const service of ['pgbouncer-exporter', 'prometheus', 'grafana', 'pgbadger'])
      expect(verified.stdout).toMatch(new RegExp(`^ok {4}container ${service} — running`, 'm'));
    expect(verified.stdout).toMatch(/^ok {4}Prometheus targets/m);
    expect(verified.stdout).toMatch(/^ok {4}Prometheus rules/m);
    expect(verified.stdout).not.toMatch(/^(fail|warn|skip)/m);
  });

  it('must give Grafana the dashboard, and a Prometheus that answers it', async () => {
    const response = await fetch(`http://127.0.0.1:${grafanaPort}/api/health`);
    expect(await response.json()).toEqual({ database: 'ok', dashboards: ['PgBouncer'] });
  });

  it('must fill every panel, from metrics that the exporter has', async () => {
    const project = useStack();
    await prometheus.hurry();
    for (const name of [`${project.name}_db`, `${project.name}_admin`])
      ends.push(keepBusy(project, await appLogin(project, name), 8, 30));
    const names = namedMetrics();
    expect(names.size).toBeGreaterThan(25);
    const missing = async () => {
      const found = await prometheus.query('count by (__name__) ({__name__=~"(pgbouncer|ecar_pool)[_:].*"})');
      const there = new Set(found.map(({ metric }) => metric['__name__']));
      return [...names].filter((name) => !there.has(name));
    };
    await expect.poll(missing, SOON).toEqual([]);
    const emptyPanels = async () => {
      const empty: string[] = [];
      for (const { title, expr } of panelQueries(readDashboard())) {
        const samples = await prometheus.query(substitute(expr));
        if (!samples.some(({ value }) => Number.isFinite(Number(value[1])))) empty.push(`${title}: ${expr}`);
      }
      return empty;
    };
    await expect.poll(emptyPanels, SOON).toEqual([]);
  });

  it('must have something to choose from in each variable', async () => {
    const project = useStack();
    const choices = await Promise.all(
      variableQueries(readDashboard()).map(async ({ name, selector, label }) => {
        const samples = await prometheus.query(`count by (${label}) (${substitute(selector)})`);
        return [name, samples.map(({ metric }) => metric[label]).sort()];
      }),
    );
    expect(Object.fromEntries(choices)).toEqual({
      project: [project.name],
      environment: ['prod'],
      database: [`${project.name}_admin`, `${project.name}_db`],
      user: [`${project.name}_user`],
    });
  });

  // ECAR_POOL_DOCS=1 takes the picture that the documentation shows, of a minute under load.
  it('must give data that can be drawn', async () => {
    const isForDocs = process.env['ECAR_POOL_DOCS'] === '1' && pgbouncer === IMAGES.pgbouncer126;
    if (isForDocs) await sleep(60_000);
    const draw = () =>
      dashboardPage(readDashboard(), (expr) => prometheus.queryRange(substitute(expr), isForDocs ? 60 : 15));
    await expect.poll(draw, SOON).not.toContain('no data');
    if (!isForDocs) return;
    const project = useStack();
    const page = project.path('dashboard.html');
    await writeFile(page, (await draw()).replaceAll(project.name, 'ecar'));
    await takeScreenshot(page, '', resolve('docs/images/dashboard-data.png'), '1200,1980');
  });
});
