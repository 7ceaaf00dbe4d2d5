import { describe, expect, it } from 'vitest';
import { adoptedProject } from '../../src/stack/compose-project.ts';
import { NO_AFTERMATH } from '../../src/verify/evidence.ts';
import { judge } from '../../src/verify/judge.ts';
import { container, type Difference, failed, STACK, scene } from './support.ts';

const ADOPTED = {
  files: ['compose.yaml'],
  isSelfNamed: true,
  isPersistent: false,
  networks: [],
  profiles: [],
  services: ['web', 'console'].map((name) => ({ name, environment: new Map<string, string>() })),
};
const SUBJECT = {
  stack: { ...STACK, adopted: ADOPTED, postgres: { kind: 'service' as const, host: 'db', port: 5432 } },
  project: adoptedProject('ecar', ADOPTED, '.', 'pgbouncer'),
  configHashes: new Map(['web', 'console', 'pgbouncer'].map((name) => [name, `hash of ${name}`])),
};
const OURS = 'docker compose -f compose.yaml -f docker-compose.pgbouncer.yml';
const START = `${OURS} up -d --no-recreate pgbouncer web`;
const RECREATE = `${OURS} up -d --no-deps pgbouncer web`;
const START_DB = `${OURS} up -d --no-recreate db`;

const db = container('db', { labels: new Map() });
const web = container('web');
const pool = container('pgbouncer');
const stale = (service: string) => container(service, { labels: new Map() });
/** As docker leaves a container of that service whose port is taken. */
const portTaken = (service: string) => {
  const error = 'Bind for 127.0.0.1:6432 failed: port is already allocated';
  const lastStarts = new Map([[`ecar_${service}`, { startedAt: '', error, outOfMemory: false }]]);
  return { asleep: new Set(['console']), aftermath: { ...NO_AFTERMATH, lastStarts } };
};
const created = (service: string) => container(service, { state: 'created', health: '' });
const ended = (service: string) => container(service, { state: 'exited', health: '', exitCode: 137 });

describe('an `up` that verify names of an adopted project', () => {
  it.each<[string, Difference, readonly string[]]>([
    ['PgBouncer stopped', { containers: [db, web, ended('pgbouncer')] }, [START]],
    ['PgBouncer absent', { containers: [db, web] }, [START]],
    ['a service stopped', { containers: [db, ended('web'), pool] }, [START]],
    ['its Postgres stopped', { containers: [ended('db'), web, pool] }, [START_DB]],
    ['its Postgres absent', { containers: [web, pool] }, [START_DB]],
    ['a service stale', { containers: [db, stale('web'), pool] }, [RECREATE]],
    ['no port published', { containers: [db, web, container('pgbouncer', { ports: [] })] }, [RECREATE]],
    [
      'a port taken',
      { containers: [db, web, created('pgbouncer')], evidence: portTaken('pgbouncer') },
      [RECREATE],
    ],
    [
      'the port of its Postgres taken',
      { containers: [created('db'), web, pool], evidence: portTaken('db') },
      [START_DB],
    ],
    [
      'Postgres out of reach',
      {
        containers: [db, web, pool],
        logins: { 0: failed('FATAL:  server login has been failing, cached error: connect failed') },
      },
      [START],
    ],
  ])('must start nothing that sleeps and make no Postgres anew: %s', (_, difference, commands) => {
    const rows = judge(
      scene({ evidence: { asleep: new Set(['console']) }, ...difference, subject: SUBJECT }),
    );
    const hints = rows
      .flatMap((row) => ('hint' in row && row.hint !== undefined ? [row.hint] : []))
      .join('\n');
    const ups = hints.match(/docker compose [^;,\n]*? up -d[\w -]*/g) ?? [];
    expect(new Set(ups)).toEqual(new Set(commands));
  });

  it('must name what is awake', () => {
    const containers = [db, web, stale('console'), pool];
    const rows = judge(scene({ containers, subject: SUBJECT }));
    expect(rows.find(({ id }) => id === 'containers-current')).toMatchObject({
      hint: expect.stringContaining(`${RECREATE} console`),
    });
  });
});
