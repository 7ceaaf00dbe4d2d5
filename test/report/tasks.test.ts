import { expect, it } from 'vitest';
import { createReporter } from '../../src/report/reporter.ts';
import { createTasks } from '../../src/report/tasks.ts';

it('must call a task failed whose value is a failure, and pass that on', async () => {
  let text = '';
  const stderr = { write: (more: string) => (text += more) };
  const options = { json: false, quiet: false, color: true, noColor: undefined };
  const show = createTasks(createReporter({ write: () => {} }, stderr, options), () => {});
  expect(
    await show(
      'verify',
      async () => 'bad',
      (value) => value === 'good',
    ),
  ).toBe('bad');
  await show(
    'verify',
    async () => 'good',
    (value) => value === 'good',
  );
  await show('write', async () => 'whatever');
  expect(text.match(/^(?:ok|FAIL)/gm)).toEqual(['FAIL', 'ok', 'ok']);
});
