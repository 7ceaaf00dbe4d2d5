import { expect, it } from 'vitest';
import { readLastWords } from '../../src/deploy/last-words.ts';
import { createDocker } from '../../src/docker/docker.ts';
import { ownProject } from '../../src/stack/compose-project.ts';
import { fakeDocker } from '../support/fake-docker.ts';

const container = (Service: string, State: string, other: object = {}) =>
  JSON.stringify({ Name: `ecar_${Service}`, Service, State, ...other });

it('must tell what those said last that did not come up, and no secret of theirs', async () => {
  const docker = fakeDocker([
    {
      match: ' ps -a',
      stdout: [
        container('postgres', 'running', { Health: 'healthy' }),
        container('pgbouncer', 'restarting'),
        container('app', 'running', { Health: 'unhealthy' }),
        container('seed', 'exited', { ExitCode: 0 }),
        container('mail', 'exited', { ExitCode: 1 }),
      ].join('\n'),
    },
    { match: '--tail 10 pgbouncer', stdout: 'one\nFATAL cannot read "s3cret"\n\n' },
    // Nothing since then.
    { match: '--tail 10 app', stdout: '' },
  ]);
  const session = createDocker({
    cwd: process.cwd(),
    env: docker.env,
    signal: new AbortController().signal,
    hidden: [],
    secrets: ['s3cret'],
    deadline: Number.POSITIVE_INFINITY,
  });
  const services = ['postgres', 'pgbouncer', 'app', 'seed'];
  const since = '2026-11-23T12:00:00Z';
  expect(await readLastWords(session, ownProject('ecar', 'stack/prod'), services, since)).toEqual([
    { service: 'pgbouncer', lines: ['one', 'FATAL cannot read "[redacted]"'] },
  ]);
  const logs = docker.calls().filter(({ argv }) => argv.includes('logs'));
  for (const { argv } of logs) expect(argv.join(' ')).toContain(`--since ${since}`);
});
