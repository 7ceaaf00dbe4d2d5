import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import type { Ending } from '../../src/deploy/transition.ts';
import { summarise } from '../../src/report/checks.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { reportEnding } from '../../src/report/transit.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { judge } from '../../src/verify/judge.ts';
import { failed, LOGINS, passed, STACK, scene } from '../verify/support.ts';

const style = new Chalk({ level: 0 });

/** As an import brings it: nobody's password is known but that of the console's user. */
const HASHED: Stack = {
  ...STACK,
  users: STACK.users.map((user) => (user.roles.includes('app') ? { ...user, password: undefined } : user)),
};
const UNPROVED = scene({
  subject: { ...scene().subject, stack: HASHED },
  logins: { 0: passed('PgBouncer 1.25.2') },
});

describe('a verdict in one line', () => {
  it('must say works where a login got to Postgres', () => {
    expect(summarise(judge(scene()), 'prod', style)).toMatch(/^prod works: \d+ ok$/);
  });

  it('must not say works where no login could be tried, though all else is well', () => {
    const rows = judge(UNPROVED);
    expect(rows.find(({ id }) => id === 'login:stats@pgbouncer')?.status).toBe('ok');
    expect(summarise(rows, 'prod', style)).toMatch(
      /^prod passes, but nothing proved that Postgres answers \(.*\): \d+ ok, \d+ skipped$/,
    );
  });

  it.each(['done', 'undone'] as const)('must not say it at the end of a deploy, either: %s', (kind) => {
    let text = '';
    const write = (more: string) => (text += more);
    const options = { json: false, quiet: false, color: false, noColor: undefined };
    const plan = {
      environment: 'prod',
      folder: 'stack/prod',
      changes: [],
      edited: [],
      steps: [],
      isBackedUp: false,
      asleep: [],
      ended: { done: [], again: [] },
      left: [],
    };
    const verdict = { rows: judge(UNPROVED), pools: [], stats: [], databases: [] };
    const ending: Ending =
      kind === 'done'
        ? { kind, time: 'now', verdict }
        : { kind, failure: { step: 'start' }, verdict, isTouched: false };
    const commands = { deploy: 'ecar-pool deploy', rollback: undefined, withoutPool: undefined };
    const report = createReporter({ write }, { write }, options);
    reportEnding(
      plan,
      ending,
      { command: 'deploy', commands, dumps: [], changedPasswords: [], up: 'docker compose up -d' },
      report,
    );
    expect(text).toMatch(/prod passes, but nothing proved that Postgres answers/);
  });

  it('must say so where a login fails', () => {
    const rows = judge(scene({ logins: { ...LOGINS, 0: failed('FATAL:  no such database: ecar_db') } }));
    expect(summarise(rows, 'prod', style)).toMatch(/^prod does not pass: \d+ ok, 1 failed$/);
  });
});
