import { expect, it } from 'vitest';
import { compareSets } from '../../src/plan/compare.ts';
import {
  carryOver,
  findNeeds,
  isIdle,
  mergeNeeds,
  needAll,
  onlyShutOut,
  withoutByHand,
} from '../../src/plan/needs.ts';
import { orderSteps } from '../../src/plan/next-steps.ts';
import { ownProject } from '../../src/stack/compose-project.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { STACK as OWN_STACK } from '../verify/support.ts';

const SERVER = { host: 'db', port: 5432 };
const STACK: Stack = {
  ...OWN_STACK,
  postgres: { kind: 'external', ...SERVER },
  databases: OWN_STACK.databases.map((entry) => ({ ...entry, ...SERVER })),
};
const ini = (...lines: string[]) => [
  { path: 'pgbouncer/pgbouncer.ini', mode: 0o644, text: `[pgbouncer]\n${lines.join('\n')}\n` },
];

it('must name the settings that changed, not their values, and those that are gone', () => {
  const before = ini('pool_mode = session', 'default_pool_size = 20', 'same = 1');
  const after = ini('pool_mode = transaction', 'max_client_conn = 5', 'same = 1');
  expect(findNeeds(compareSets(before, after), STACK).reload).toEqual([
    'pgbouncer/pgbouncer.ini: pool_mode, max_client_conn, default_pool_size',
  ]);
});

it('must need nothing where nothing changed, and all causes together where several lists are merged', () => {
  const same = findNeeds(compareSets(ini('a = 1'), ini('a = 1')), STACK);
  expect(isIdle(same)).toBe(true);
  const merged = mergeNeeds(findNeeds(compareSets(ini('a = 1'), ini('a = 2')), STACK), needAll('doubt'));
  expect(isIdle(merged)).toBe(false);
  expect(merged).toMatchObject({ reload: ['pgbouncer/pgbouncer.ini: a', 'doubt'], containers: ['doubt'] });
});

it('must not be done while somebody is to be forgotten, which takes a restart of PgBouncer', () => {
  const needs = onlyShutOut({ dropped: [], remembered: ['bob'] });
  if (needs === undefined) throw new Error('nothing left');
  expect(isIdle(needs)).toBe(false);
  const names = { project: ownProject('ecar', 'stack/prod'), verify: 'ecar-pool verify' };
  expect(orderSteps(needs, OWN_STACK, names)).toMatchObject([{ kind: 'restart', causes: ['bob'] }]);
  expect(onlyShutOut(needAll('a render'))).toBeUndefined();
});

it('must not call for a reload because of what only a new container takes', () => {
  const before = ini('pkt_buf = 4096', 'default_pool_size = 20');
  const both = findNeeds(compareSets(before, ini('pkt_buf = 8192', 'default_pool_size = 21')), STACK);
  expect(both.reload).toEqual(['pgbouncer/pgbouncer.ini: default_pool_size']);
  expect(both.containers).toEqual(['pgbouncer/pgbouncer.ini: pkt_buf']);
  const one = findNeeds(compareSets(before, ini('pkt_buf = 8192', 'default_pool_size = 20')), STACK);
  expect(one).toMatchObject({ reload: [], containers: ['pgbouncer/pgbouncer.ini: pkt_buf'] });

  const databases = (port: number) => [
    { path: 'pgbouncer/pgbouncer.ini', mode: 0o644, text: `[databases]\npkt_buf = port=${port}\n` },
  ];
  const named = findNeeds(compareSets(databases(1), databases(2)), STACK);
  expect(named).toMatchObject({ reload: ['pgbouncer/pgbouncer.ini: pkt_buf'], containers: [] });
});

it('must see that PgBouncer leaves its port, and not take an entry of that name for it', () => {
  const before = ini('listen_port = 6432', 'pkt_buf = 4096');
  expect(findNeeds(compareSets(before, ini('listen_port = 6433', 'pkt_buf = 4096')), STACK).moves).toBe(true);
  expect(findNeeds(compareSets(before, ini('listen_port = 6432', 'pkt_buf = 8192')), STACK).moves).toBe(
    false,
  );
  const entry = (port: number) => [
    { path: 'pgbouncer/pgbouncer.ini', mode: 0o644, text: `[databases]\nlisten_port = port=${port}\n` },
  ];
  expect(findNeeds(compareSets(entry(1), entry(2)), STACK).moves).toBe(false);
});

it('must carry over what was not done, but for what newer files have back', () => {
  const plan = [
    { path: 'pgbouncer/userlist.txt', mode: 0o644, text: '"ann" "SCRAM-SHA-256$x"\n' },
    { path: 'postgres/initdb.d/10.sql', mode: 0o644, text: '\nALTER ROLE "ann" LOGIN;\n' },
    {
      path: 'docker-compose.yml',
      mode: 0o644,
      text: 'services:\n  pgbouncer-exporter:\n    container_name: "x_exporter"\n',
    },
  ];
  const needs = {
    ...needAll('an earlier render'),
    start: true,
    services: false,
    remembered: ['ann', 'bob'],
    dropped: ['ann', 'bob'],
    monitoring: ['exporter', 'prometheus'] as const,
    left: ['x_exporter', 'x_grafana'],
  };
  expect(carryOver(needs, plan)).toEqual({
    ...needs,
    start: false,
    services: true,
    remembered: ['bob'],
    dropped: ['bob'],
    monitoring: ['exporter'],
    left: ['x_grafana'],
  });
});

it('must name the services that leave the overlay of an adopted project, until they are back', () => {
  const overlay = (...services: string[]) => [
    {
      path: '../docker-compose.pgbouncer.yml',
      mode: 0o644,
      text: `services:\n  pgbouncer:\n    labels:\n      ecar-pool.environment: "prod"\n${services.map((name) => `  ${name}:\n    environment:\n      HOST: "pgbouncer"\n`).join('')}`,
    },
  ];
  const adopted = { files: [], networks: [], profiles: [], services: [] };
  const stack = { ...STACK, adopted: { ...adopted, isSelfNamed: true, isPersistent: false } };
  const needs = findNeeds(compareSets(overlay('web', 'worker'), overlay('web')), stack);
  expect(needs.released).toEqual(['worker']);
  expect(carryOver(needs, overlay('web')).released).toEqual(['worker']);
  expect(carryOver(needs, overlay('web', 'worker')).released).toEqual([]);
});

it('must have PgBouncer forget the keys of a verifier that a password in the clear takes the place of', () => {
  const list = (text: string) => [{ path: 'pgbouncer/userlist.txt', mode: 0o600, text }];
  const remembered = (before: string, after: string) =>
    findNeeds(compareSets(list(before), list(after)), STACK).remembered;
  const verifier = '"ann" "SCRAM-SHA-256$4096:x"\n';
  expect(remembered(verifier, '"ann" "plain ""one"", it is"\n')).toEqual(['ann']);
  expect(remembered('"ann" "plain"\n', '"ann" "other"\n')).toEqual([]);
  expect(remembered(verifier, verifier.replace('x', 'y'))).toEqual([]);
  expect(remembered(verifier, `"ann" "md5${'0'.repeat(32)}"\n`)).toEqual([]);
  const needs = { ...needAll('an earlier render'), remembered: ['ann'] };
  expect(carryOver(needs, list('"ann" "plain"\n')).remembered).toEqual(['ann']);
});

it('must have who runs Postgres lock out whom the settings drop, where PgBouncer asks Postgres about users', () => {
  const list = (...names: string[]) => [
    {
      path: 'pgbouncer/userlist.txt',
      mode: 0o644,
      text: names.map((name) => `"${name.replace('"', '""')}" "md5x"\n`).join(''),
    },
  ];
  const changes = compareSets(list('ann', 'o"b'), list('ann'));
  expect(findNeeds(changes, STACK).dropped).toEqual([]);
  const settings = new Map([['auth_user', 'ann']]);
  const asking: Stack = { ...STACK, pgbouncer: { ...STACK.pgbouncer, settings } };
  const needs = findNeeds(changes, asking);
  expect(needs.dropped).toEqual(['o"b']);
  const alone = { ...needAll(''), containers: [], roles: [], reload: [], services: false, dropped: ['bob'] };
  expect(isIdle(withoutByHand(alone, asking))).toBe(true);
  const own = { ...asking, postgres: { ...asking.postgres, kind: 'own' } } as Stack;
  expect(isIdle(withoutByHand(alone, own))).toBe(false);
  const names = { project: ownProject('ecar', 'stack/prod'), verify: 'ecar-pool verify' };
  const step = orderSteps(needs, asking, names).at(-1);
  expect(step).toMatchObject({ kind: 'lock', byHand: true });
  expect(step?.command).toMatch(
    /^psql -X -h db -p 5432 -U postgres -d postgres .*'ALTER ROLE "o""b" NOLOGIN'/,
  );
  expect(carryOver(needs, list('ann')).dropped).toEqual(['o"b']);
  expect(carryOver(needs, list('ann', 'o"b')).dropped).toEqual([]);
});
