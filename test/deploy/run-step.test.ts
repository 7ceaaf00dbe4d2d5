import { describe, expect, it } from 'vitest';
import { runStep } from '../../src/deploy/run-step.ts';
import { createDocker } from '../../src/docker/docker.ts';
import { fakeDocker } from '../support/fake-docker.ts';

const REFUSED = 'FATAL:  password authentication failed for user "w"';

async function failure(kind: 'roles' | 'switch' | 'recreate', stderr = REFUSED): Promise<unknown> {
  const { env } = fakeDocker([{ match: 'exec', stderr, code: 1 }]);
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

  it.each([
    [
      'Bind for 127.0.0.1:6432 failed: port is already allocated',
      'free it, or choose another one in the settings (`pgbouncer.port`; for the app, `app.ports`; for what watches the pool, the `port` under `monitoring`)',
    ],
    [
      'error mounting "/x" to rootfs',
      'a remote daemon, or one in a virtual machine, must see this folder, too',
    ],
    ['network 4f2a not found', 'make it anew by `docker compose up -d --force-recreate`'],
  ])(
    'must say what to do where docker cannot start it, with nothing left to fill in: %s',
    async (said, hint) => {
      expect(await failure('recreate', said)).toMatchObject({ hint });
    },
  );
});
