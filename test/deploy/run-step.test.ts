import { describe, expect, it } from 'vitest';
import { runStep } from '../../src/deploy/run-step.ts';
import { createDocker } from '../../src/docker/docker.ts';
import { fakeDocker } from '../support/fake-docker.ts';

async function failure(kind: 'roles' | 'switch'): Promise<unknown> {
  const { env } = fakeDocker([
    { match: 'exec', stderr: 'FATAL:  password authentication failed for user "w"', code: 1 },
  ]);
  const docker = createDocker({
    cwd: process.cwd(),
    env,
    signal: new AbortController().signal,
    hidden: [],
    secrets: [],
    deadline: performance.now() + 20_000,
  });
  const step = { kind, command: 'docker compose exec -T pgbouncer sh', why: '', causes: [] };
  return runStep(docker, step, () => {}).catch((error) => error);
}

describe('a step that fails', () => {
  it('must tell how psql is given a password, where psql runs from here', async () => {
    expect(await failure('roles')).toMatchObject({ hint: expect.stringContaining('PGPASSWORD') });
  });

  it('must say of a change of password what goes on with it: by hand it would wait for its stdin', async () => {
    expect(await failure('switch')).toMatchObject({
      message: expect.stringContaining('password authentication failed'),
      hint: 'mend that, then run rotate again',
    });
  });
});
