import { describe, expect, it } from 'vitest';
import type { Container } from '../../src/docker/containers.ts';
import type { LastStart } from '../../src/docker/last-starts.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { checkContainers } from '../../src/verify/checks/containers.ts';
import { type Aftermath, NO_AFTERMATH } from '../../src/verify/evidence.ts';
import { DOCKER_CAUSES, findTold, POSTGRES_CAUSES } from '../../src/verify/start-causes.ts';
import { container, STACK, scene } from './support.ts';

const UP = 'docker compose -f stack/prod/docker-compose.yml up -d --wait';
const STARTED: LastStart = { startedAt: '2026-11-23T09:00:00Z', error: '', outOfMemory: false };

/** What is told of one container that is not up, beside one that is. */
function whyOf(service: 'postgres' | 'pgbouncer', state: Partial<Container>, after: Partial<Aftermath> = {}) {
  const other = service === 'postgres' ? 'pgbouncer' : 'postgres';
  const containers = [container(service, { health: '', ...state }), container(other)];
  const rows = checkContainers(scene({ containers, evidence: { aftermath: { ...NO_AFTERMATH, ...after } } }));
  const [row] = rows.filter(({ status }) => status === 'fail');
  return { observed: row?.observed, cause: row?.cause, hint: row?.hint };
}

/** A log of a pool that ran, and met refusals on its way. */
const OLD_TROUBLE = [
  '2026-11-23 09:00:01.000 UTC [1] LOG process up: PgBouncer 1.26.1',
  '2026-11-23 09:00:02.000 UTC [1] WARNING server login failed: FATAL password authentication failed for user "ecar_user"',
  '2026-11-23 09:00:02.000 UTC [1] ERROR S-0x1: ecar_db/ecar_user@172.23.0.3:5432 cannot do SCRAM authentication: wrong password type',
  '2026-11-23 09:00:03.000 UTC [1] WARNING server login failed: FATAL remaining connection slots are reserved',
].join('\n');

describe('a container that is not up', () => {
  it.each<[string, Partial<Container>, Partial<LastStart>, object]>([
    [
      'stopped',
      { state: 'exited', exitCode: 0 },
      {},
      { observed: 'exited with code 0', cause: 'Somebody stopped the container', hint: `start it: ${UP}` },
    ],
    [
      'paused',
      { state: 'paused' },
      {},
      {
        cause: 'Somebody paused the container',
        hint: 'run docker compose -f stack/prod/docker-compose.yml unpause pgbouncer',
      },
    ],
    [
      'killed',
      { state: 'exited', exitCode: 137 },
      {},
      {
        cause: 'Somebody killed the container, or the kernel did, because the machine had no memory left',
        hint: `start it: ${UP}`,
      },
    ],
    [
      'ended for a reason of its own',
      { state: 'exited', exitCode: 3 },
      {},
      {
        cause: undefined,
        hint: 'see docker compose -f stack/prod/docker-compose.yml logs --tail 50 pgbouncer',
      },
    ],
    [
      'refused by docker',
      { state: 'exited', exitCode: 128 },
      { error: 'a whale sits on "apple"' },
      {
        cause: 'Docker could not start it (a whale sits on "[redacted]")',
        hint: `mend that, then run ${UP}`,
      },
    ],
    [
      'out of memory',
      { state: 'restarting' },
      { outOfMemory: true },
      {
        cause: 'The kernel ended it because it needed more memory than it may have',
        hint: `raise \`resources.pgbouncer.memory\` in the settings, run ecar-pool render --env prod, then ${UP}`,
      },
    ],
  ])('must not be explained by what PgBouncer logged before it was %s', (_, state, start, why) => {
    const lastStarts = new Map([['ecar_pgbouncer', { ...STARTED, ...start }]]);
    expect(whyOf('pgbouncer', state, { lastStarts, log: OLD_TROUBLE })).toMatchObject(why);
  });

  it("must show where Postgres's log is, where that is not with docker", () => {
    const pgbadger = { image: 'x:1', every_seconds: undefined, keep_weeks: 5, postgres: true };
    const stack = { ...STACK, monitoring: { ...STACK.monitoring, pgbadger } };
    const containers = [container('postgres', { health: 'unhealthy' }), container('pgbouncer')];
    const [row] = checkContainers(scene({ containers, subject: { stack } }));
    const compose = 'docker compose -f stack/prod/docker-compose.yml';
    expect(row?.hint).toBe(
      `see ${compose} logs --tail 50 postgres, and ${compose} run --rm --no-deps -T --entrypoint sh postgres -c 'tail -n 50 "$(ls -t /var/log/postgresql/*.log | head -n 1)"'`,
    );
  });

  it('must name the port that is taken, though it has never run', () => {
    const error =
      'driver failed programming external connectivity on endpoint ecar_pgbouncer (0a1b2c): Error starting userland proxy: listen tcp4 127.0.0.1:6432: bind: address already in use';
    const lastStarts = new Map([['ecar_pgbouncer', { ...STARTED, startedAt: undefined, error }]]);
    expect(whyOf('pgbouncer', { state: 'created', exitCode: 128 }, { lastStarts })).toEqual({
      observed: 'created',
      cause: 'The port is taken on this machine (listen tcp4 127.0.0.1:6432: bind: address already in use)',
      hint: `free it, or choose another one in the settings (\`pgbouncer.port\`; for the app, \`app.ports\`; for what watches the pool, the \`port\` under \`monitoring\`), run ecar-pool render --env prod, then ${UP}`,
    });
  });

  it('must name an image that is not there where there is no container', () => {
    const [row] = checkContainers(
      scene({
        containers: [container('pgbouncer')],
        evidence: { aftermath: { ...NO_AFTERMATH, missingImages: new Set(['postgres:17']) } },
      }),
    );
    expect(row).toMatchObject({
      observed: 'there is none',
      cause: `The image postgres:17 is not on this machine: nobody has run ${UP} yet, or docker could not pull it`,
      hint: 'see what docker compose -f stack/prod/docker-compose.yml pull postgres says; if there is no such image, correct it in the settings',
    });
  });

  it('must not lead to a new volume where Postgres finds the data of another major release', () => {
    const postgresLog = [
      'FATAL:  database files are incompatible with server',
      'DETAIL:  The data directory was initialized by PostgreSQL version 17, which is not compatible with this version 18.1.',
    ].join('\n');
    const { cause, hint } = whyOf('postgres', { state: 'restarting' }, { postgresLog });
    expect(cause).toBe(
      'The volume holds the data of another major release of Postgres than `postgres.image` runs (database files are incompatible with server)',
    );
    expect(hint).toContain('pg_dumpall');
    expect(hint).toContain('do not delete the volume');
  });
});

describe('a container of a service that the settings do not have', () => {
  const ours = new Map([['ecar-pool.environment', 'prod']]);
  const rowOfOther = (other: Partial<Container>) =>
    checkContainers(
      scene({ containers: [container('postgres'), container('pgbouncer'), container('grafana', other)] }),
    ).at(-1);

  it('must be ended where it was rendered once', () => {
    expect(rowOfOther({ labels: ours })).toMatchObject({
      status: 'fail',
      observed: 'running, though the settings have no such service any more',
      hint: 'end it: docker rm -f ecar_grafana',
    });
  });

  it("must be left in peace where it is somebody else's", () => {
    expect(rowOfOther({ labels: new Map() })?.status).toBe('ok');
  });

  it("must be left in peace where it is the Postgres that the pool's data came from", () => {
    const stack: Stack = {
      ...STACK,
      postgres: { kind: 'external', host: 'db.example.com', port: 5432 },
    };
    const containers = [container('postgres', { labels: ours }), container('pgbouncer')];
    const rows = checkContainers(scene({ containers, subject: { stack } }));
    expect(rows.map(({ status }) => status)).toEqual(['ok', 'ok']);
  });
});

/** One sample each, as the Docker Engine, runc, Postgres or its image wrote it. */
const SAMPLES: readonly (readonly [table: typeof DOCKER_CAUSES, id: string, text: string])[] = [
  [
    DOCKER_CAUSES,
    'port-taken',
    'Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
  ],
  [DOCKER_CAUSES, 'port-taken', 'Bind for 127.0.0.1:26433 failed: port is already allocated'],
  [
    DOCKER_CAUSES,
    'port-taken',
    'failed to bind host port for 127.0.0.1:6432:172.18.0.3:6432/tcp: address already in use',
  ],
  [
    DOCKER_CAUSES,
    'port-forbidden',
    'Error starting userland proxy: listen tcp4 10.9.9.9:6432: bind: cannot assign requested address',
  ],
  [DOCKER_CAUSES, 'port-forbidden', 'cannot expose privileged port 80, you can add'],
  [
    DOCKER_CAUSES,
    'open-files-refused',
    'runc create failed: unable to start container process: error setting rlimit type 7: operation not permitted: unknown',
  ],
  [
    DOCKER_CAUSES,
    'memory-limit-too-small',
    'runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown',
  ],
  [
    DOCKER_CAUSES,
    'no-such-program',
    'runc create failed: unable to start container process: exec: "/entry.sh": stat /entry.sh: no such file or directory: unknown',
  ],
  [
    DOCKER_CAUSES,
    'not-mountable',
    'invalid mount config for type "bind": bind source path does not exist: /srv/stack/prod/pgbouncer',
  ],
  [DOCKER_CAUSES, 'network-gone', 'network 3f2a9c not found'],
  [
    POSTGRES_CAUSES,
    'other-major',
    'Error: in 18+, these Docker images are configured to store database data in a',
  ],
  [POSTGRES_CAUSES, 'other-major', 'FATAL:  database files are incompatible with server'],
  [
    POSTGRES_CAUSES,
    'other-data',
    'initdb: error: directory "/var/lib/postgresql/data" exists but is not empty\ninitdb: hint: If you want',
  ],
  [POSTGRES_CAUSES, 'disk-full', 'FATAL:  could not write lock file "x": No space left on device'],
];

describe('the tables of why nothing starts', () => {
  it.each(SAMPLES)('must find in table %#: %s', (table, id, text) => {
    expect(findTold(table, text)?.cause.id).toBe(id);
  });

  it('must have a sample for every row', () => {
    const ids = [...DOCKER_CAUSES, ...POSTGRES_CAUSES].map(({ id }) => id);
    expect(new Set(SAMPLES.map(([, id]) => id))).toEqual(new Set(ids));
  });
});
