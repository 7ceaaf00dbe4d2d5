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
const stepsOf = (changes: readonly Change[]) =>
  monitoringSteps(findMonitoringNeeds(changes), ownProject('ecar', 'stack/prod')).map(
    ({ command }) => command,
  );
const FILES = [
  'monitoring/exporter/connection-string',
  'monitoring/grafana/provisioning/datasources/ecar-pool.yml',
  'monitoring/prometheus/rules/pgbouncer.yml',
];

it('must make each running service take its changed files, the least that does it', () => {
  const changes = [compose(WITH, WITH), ...FILES.map((path) => change('update', path, 'a', 'b'))];
  expect(stepsOf(changes)).toEqual([
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
  expect(stepsOf(changes)).toEqual([]);
});

it('must set a new password in a Grafana that keeps its own, without naming it', () => {
  const changes = [compose(WITH, WITH), change('update', 'monitoring/grafana/admin-password', 'old', 'new')];
  expect(stepsOf(changes)).toEqual([
    "docker compose -f stack/prod/docker-compose.yml exec -T grafana sh -c 'grafana cli admin reset-admin-password --password-from-stdin </etc/ecar-pool/admin-password'",
  ]);
});

it('must leave a dashboard to Grafana, which looks for changes itself', () => {
  const path = 'monitoring/grafana/dashboards/pgbouncer.json';
  expect(stepsOf([compose(WITH, WITH), change('update', path, 'a', 'b')])).toEqual([]);
});
