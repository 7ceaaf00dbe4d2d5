import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readTemplate } from '../../src/cli/templates.ts';

interface Case {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

const CASES = join(import.meta.dirname, 'alerts.yml');
const { tests }: { readonly tests: readonly Case[] } = parse(readFileSync(CASES, 'utf8'));
const rules: readonly { readonly alert?: string }[] = parse(
  readTemplate('monitoring/prometheus/rules/pgbouncer.yml'),
).groups.flatMap((group: { rules: unknown }) => group.rules);
const alerts = rules.flatMap(({ alert }) => alert ?? []);

describe.each(alerts)('%s', (alert) => {
  const cases = tests
    .map(({ alert_rule_test }) => alert_rule_test.filter(({ alertname }) => alertname === alert))
    .filter((looks) => looks.length > 0);

  it('must have a case in which it fires, and one in which it never does', () => {
    const fires = cases.filter((looks) => looks.some(({ exp_alerts }) => exp_alerts.length > 0));
    expect(fires.length).toBeGreaterThan(0);
    expect(cases.length - fires.length).toBeGreaterThan(0);
  });
});

it('the README must list the alerts, and no other', () => {
  const listed = readFileSync('README.md', 'utf8').matchAll(/^\| `(P\w+)` \|/gm);
  expect([...listed].map(([, name]) => name)).toEqual(alerts);
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

// The end-to-end tests run it in the testbed's image.
it.runIf(hasPromtool)('the cases must be as promtool sees them', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', CASES], { encoding: 'utf8' });
  expect(stdout + stderr).toContain('SUCCESS');
  expect(status).toBe(0);
});
