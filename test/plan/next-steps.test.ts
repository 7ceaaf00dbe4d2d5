import { describe, expect, it } from 'vitest';
import { splitCommand } from '../../src/formats/shell.ts';
import { needAll, needContainers } from '../../src/plan/needs.ts';
import { orderSteps } from '../../src/plan/next-steps.ts';
import { ownProject } from '../../src/stack/compose-project.ts';
import { Secret } from '../../src/stack/secret.ts';
import { planScenario, SCENARIOS } from '../support/golden.ts';

describe.each(SCENARIOS)('the steps of %s', (scenario) => {
  it('must be commands, and set roles only where SQL for them is rendered', async () => {
    const { stack, plan } = await planScenario(scenario);
    const steps = orderSteps(needAll('doubt'), stack, {
      project: ownProject(stack.name, 'stack/prod'),
      verify: 'ecar-pool verify --env prod',
    });
    for (const { command } of steps) expect(['docker', 'psql']).toContain(splitCommand(command)[0]);
    const hasSql = plan.some(({ path }) => path.endsWith('.sql'));
    expect(steps.some(({ kind }) => kind === 'roles')).toBe(hasSql);
  });
});

it('must run nothing for roles of which only stored secrets are known: words are no command', async () => {
  const { stack } = await planScenario('existing-pool');
  const users = stack.users.map((user) => ({
    ...user,
    secret: new Secret('SCRAM-SHA-256$4096:x', 'a test'),
  }));
  const steps = orderSteps(
    needAll('doubt'),
    { ...stack, users },
    {
      project: ownProject(stack.name, 'stack/prod'),
      verify: 'ecar-pool verify --env prod',
    },
  );
  expect(steps.map(({ kind }) => kind)).toEqual(['recreate', 'reload']);
});

it('must make the services of others anew right after a pool that leaves its port, and prove the logins first else', async () => {
  const { stack } = await planScenario('guide');
  const environment = new Map([['DB_PORT', '7000']]);
  const adopted = {
    files: [],
    isSelfNamed: true,
    isPersistent: true,
    networks: [],
    profiles: [],
    services: [{ name: 'web', environment }],
  };
  const project = { ...ownProject(stack.name, 'stack/prod'), services: ['pgbouncer', 'web'] };
  const kindsOf = (moves: boolean) =>
    orderSteps(
      { ...needContainers(['a test']), reload: ['a test'], moves },
      { ...stack, adopted },
      { project, verify: 'ecar-pool verify' },
    ).map(({ kind, touchesServices = false }) => [kind, touchesServices]);
  expect(kindsOf(true)).toEqual([
    ['recreate', false],
    ['recreate', true],
    ['reload', false],
  ]);
  expect(kindsOf(false)).toEqual([
    ['recreate', false],
    ['reload', false],
    ['logins', false],
    ['recreate', true],
  ]);
});
