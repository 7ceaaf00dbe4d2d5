import { expect, it } from 'vitest';
import type { Ending } from '../../src/deploy/transition.ts';
import { createReporter, type Reporter } from '../../src/report/reporter.ts';
import { type Plan, reportEnding, reportIdle } from '../../src/report/transit.ts';
import { ok } from '../../src/verify/row.ts';

const login = ok('login:ecar_user@ecar_db', 'login ecar_user to ecar_db', 'SELECT 1 answered by Postgres');
const verdict = { rows: [login], pools: [], stats: [], databases: [] };
const failure = { step: 'verify', verdict };
const UNDONE: Ending = { kind: 'undone', failure, verdict, isTouched: true };
const DONE: Ending = { kind: 'done', time: 'T', verdict };
const STUCK: Ending = { kind: 'stuck', failure, trouble: failure };

const PLAN: Plan = {
  environment: 'prod',
  folder: 'pgbouncer',
  changes: [],
  edited: [],
  steps: [],
  isBackedUp: false,
  asleep: [],
  ended: { done: [], again: [] },
  left: [],
};

function listen(task: (report: Reporter) => void): string {
  let text = '';
  const stdout = { write: (more: string) => (text += more) };
  const options = { json: false, quiet: false, color: false, noColor: undefined };
  task(createReporter(stdout, { write: () => {} }, options));
  return text;
}

function told(command: 'deploy' | 'rollback', ending: Ending, changedPasswords: readonly string[]): string {
  const commands = { deploy: 'D', rollback: undefined, withoutPool: undefined };
  const about = { command, commands, dumps: [], changedPasswords, up: 'UP' };
  return listen((report) => reportEnding(PLAN, ending, about, report));
}

it.each([UNDONE, STUCK])(
  'must say of a deploy that is undone whose password was not put back: $kind',
  (ending) => {
    const text = told('deploy', ending, ['DB_PASSWORD in .env']);
    expect(text).toContain('DB_PASSWORD in .env is still the new password');
    expect(text).toContain('fix: put the old one back, then UP');
    expect(text).not.toContain('prod works');
  },
);

it('must say of a rollback which password has to follow it, and of one that is undone nothing', () => {
  expect(told('rollback', DONE, ['DB_PASSWORD in .env'])).toContain('DB_PASSWORD in .env; then UP');
  expect(told('rollback', UNDONE, ['DB_PASSWORD in .env'])).toContain('rolled back: prod works');
});

it('must say nothing of passwords that are the same', () => {
  expect(told('deploy', UNDONE, [])).toContain('rolled back: prod works');
  expect(told('rollback', DONE, [])).not.toContain('password');
});

it('must not call services locked out that were not touched', () => {
  const text = told('deploy', { ...UNDONE, isTouched: false }, ['DB_PASSWORD in .env']);
  expect(text).toContain('your services run on as they did; DB_PASSWORD in .env is the new password');
  expect(text).not.toContain('UP');
  expect(text).toContain('rolled back: prod works');
});

it('must tell what is left to others where there is nothing else to do', () => {
  const lock = {
    kind: 'lock',
    command: 'psql -c X',
    why: 'for others',
    causes: ['bob'],
    byHand: true,
  } as const;
  const text = listen((report) => reportIdle({ ...PLAN, steps: [lock] }, verdict, report));
  expect(text).toContain('nothing to do');
  expect(text).toContain('left to you, for others:\n  psql -c X');
});
