import { expect, it } from 'vitest';
import { readTemplate } from '../../src/cli/templates.ts';
import { hasMark } from '../../src/writers/rendering.ts';
import { panelQueries, readDashboard } from '../support/dashboard.ts';

const dashboard = readDashboard();
const { panels, templating } = dashboard;
const variables = templating.list.map(({ name }) => name);

it('must begin with the mark of what is rendered', () => {
  expect(hasMark(readTemplate('monitoring/grafana/dashboards/pgbouncer.json'))).toBe(true);
});

it('must be titled, numbered and placed without an overlap', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
});

it('must ask for its environment, database and user, and use no variable that it does not have', () => {
  expect(variables).toEqual(['datasource', 'project', 'environment', 'database', 'user']);
  const used = JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g);
  expect([...new Set([...used].map(([, name]) => name))].sort()).toEqual(
    [...variables, '__all', '__rate_interval'].sort(),
  );
});

it('must keep every query to the chosen project and environment', () => {
  const queries = panelQueries(dashboard);
  expect(queries.length).toBeGreaterThan(20);
  for (const { expr } of queries)
    expect(
      expr.match(/\{[^}]*\}/g)?.every((selector) => /project=~.*environment=~/.test(selector)),
      expr,
    ).toBe(true);
});
