import { expect, it } from 'vitest';
import type { Change } from '../../src/plan/change.ts';
import { findMonitoringNeeds, monitoringSteps } from '../../src/plan/monitoring-steps.ts';
import { ownProject } from '../../src/stack/compose-project.ts';

const WITH =
  'services:\n  pgbouncer-exporter:\n    image: e\n  prometheus:\n    image: p\n  grafana:\n    image: g\n';
const WITHOUT = 'services:\n  pgbouncer:\n    image: b\n';

const change = (kind: Change['kind'], path: string, before: string, after: string): Change => ({
  kind,
  path,
  foreign: false,
  cause: '',
  before,
  after: { path, mode: 0o644, text: after },
});
const compose = (before: string, after: string) =>
  change(before === after ? 'unchanged' : 'update', 'docker-compose.yml', before, after);
const FILES = [
  'monitoring/exporter/connection-string',
  'monitoring/grafana/dashboards/pgbouncer.json',
  'monitoring/prometheus/rules/pgbouncer.yml',
];

it('must make each running service take its changed files, the least that does it', () => {
  const changes = [compose(WITH, WITH), ...FILES.map((path) => change('update', path, 'a', 'b'))];
  expect(
    monitoringSteps(findMonitoringNeeds(changes), ownProject('ecar', 'stack/prod')).map(
      ({ command }) => command,
    ),
  ).toEqual([
    'docker compose -f stack/prod/docker-compose.yml restart pgbouncer-exporter',
    'docker compose -f stack/prod/docker-compose.yml kill -s HUP prometheus',
    'docker compose -f stack/prod/docker-compose.yml restart grafana',
  ]);
});

it.each([
  ['that are unchanged', compose(WITH, WITH), 'unchanged'],
  ['of services that are new', compose(WITHOUT, WITH), 'create'],
  ['of services that are gone', compose(WITH, WITHOUT), 'remove'],
] as const)('must do nothing about files %s', (_, file, kind) => {
  const changes = [file, ...FILES.map((path) => change(kind, path, 'a', 'b'))];
  expect(monitoringSteps(findMonitoringNeeds(changes), ownProject('ecar', 'stack/prod'))).toEqual([]);
});
