import { expect, it } from 'vitest';
import { withoutPoolCommand } from '../../src/plan/commands.ts';
import type { Adopted } from '../../src/stack/adopted.ts';
import { adoptedProject, leaveAsleep } from '../../src/stack/compose-project.ts';

it('must start nothing of an adopted project whose services all sleep', () => {
  const adopted: Adopted = {
    files: ['docker-compose.yml'],
    isSelfNamed: true,
    isPersistent: false,
    networks: ['default'],
    profiles: [],
    services: [{ name: 'web', environment: new Map() }],
  };
  const project = adoptedProject('shop', adopted, '/shop', '/shop');
  expect(withoutPoolCommand(adopted, project)).toMatch(/ up -d --no-deps web$/);
  expect(withoutPoolCommand(adopted, leaveAsleep(project, new Set(['web'])))).toBeUndefined();
});
