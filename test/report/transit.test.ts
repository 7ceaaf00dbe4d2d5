import { expect, it } from 'vitest';
import type { Ending } from '../../src/deploy/transition.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { reportEnding } from '../../src/report/transit.ts';
import { ok } from '../../src/verify/row.ts';

const login = ok('login:ecar_user@ecar_db', 'login ecar_user to ecar_db', 'SELECT 1 answered by Postgres');
const verdict = { rows: [login], pools: [], stats: [], databases: [] };
const failure = { step: 'verify', verdict };
const UNDONE: Ending = { kind: 'undone', failure, verdict, isTouched: true };
const DONE: Ending = { kind: 'done', time: 'T', verdict };
const STUCK: Ending = { kind: 'stuck', failure, trouble: failure };

function told(command: 'deploy' | 'rollback', ending: Ending, changedPasswords: readonly string[]): string {
  let text = '';
  const stdout = { write: (more: string) => (text += more) };
  const options = { json: false, quiet: false, color: false, noColor: undefined };
  const commands = { deploy: 'D', rollback: undefined, withoutPool: undefined };
  reportEnding(
    {
      environment: 'prod',
      folder: 'pgbouncer',
      changes: [],
      edited: [],
      steps: [],
      isBackedUp: false,
      asleep: [],
      ended: { done: [], again: [] },
      left: [],
    },
    ending,
    { command, commands, dumps: [], changedPasswords, up: 'UP' },
    createReporter(stdout, { write: () => {} }, options),
  );
  return text;
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
