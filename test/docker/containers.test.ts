import { describe, expect, it } from 'vitest';
import { parseContainers } from '../../src/docker/containers.ts';

const POOL = {
  Name: 'ecar_pgbouncer',
  Service: 'pgbouncer',
  Image: 'edoburu/pgbouncer:v1.25.2-p0',
  State: 'running',
  Health: 'healthy',
  ExitCode: 0,
  Labels:
    'com.docker.compose.depends_on=postgres:service_healthy:false,app:service_started:true,ecar-pool.restart-hash=abc=,com.docker.compose.oneoff=False',
  Publishers: [
    { URL: '', TargetPort: 5432, PublishedPort: 0, Protocol: 'tcp' },
    { URL: '127.0.0.1', TargetPort: 6432, PublishedPort: 6432, Protocol: 'tcp' },
  ],
};
const DATABASE = {
  Name: 'ecar_postgres',
  Service: 'postgres',
  State: 'exited',
  ExitCode: 137,
  Publishers: null,
};
const EXPECTED = [
  { name: 'ecar_pgbouncer', service: 'pgbouncer', state: 'running', health: 'healthy', exitCode: 0 },
  { name: 'ecar_postgres', service: 'postgres', state: 'exited', health: '', exitCode: 137 },
];

describe('parseContainers', () => {
  it.each([
    [
      'an object a line (Compose 2.21 and later)',
      [POOL, DATABASE].map((row) => JSON.stringify(row)).join('\n'),
    ],
    ['CRLF', [POOL, DATABASE].map((row) => `${JSON.stringify(row)}\r\n`).join('')],
    ['an array (before)', `${JSON.stringify([POOL, DATABASE])}\n`],
  ])('must read %s', (_, stdout) => {
    expect(parseContainers(stdout)).toMatchObject(EXPECTED);
  });

  it.each(['', '\n', '[]'])('must read %j as no container', (stdout) => {
    expect(parseContainers(stdout)).toEqual([]);
  });

  it('must read labels and published ports', () => {
    const [container] = parseContainers(JSON.stringify(POOL));
    expect(container?.labels.get('ecar-pool.restart-hash')).toBe('abc=');
    expect(container?.ports).toEqual([{ address: '127.0.0.1', published: 6432, target: 6432 }]);
  });

  it('must leave out the containers of docker compose run', () => {
    const row = { ...POOL, Labels: 'com.docker.compose.oneoff=True' };
    expect(parseContainers(JSON.stringify(row))).toEqual([]);
  });

  it('must throw on what is not JSON', () => {
    expect(() => parseContainers('NAME  IMAGE')).toThrow(SyntaxError);
  });
});
