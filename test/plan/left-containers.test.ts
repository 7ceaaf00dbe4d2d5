import { expect, it } from 'vitest';
import { listLeftContainers } from '../../src/plan/left-containers.ts';

const service = (name: string, more = '') =>
  `  ${name}:\n    image: "i"\n    container_name: "ecar_${name}"\n${more}`;
const compose = (...services: readonly string[]) =>
  `name: "ecar"\nservices:\n${services.join('')}volumes:\n  grafana_data: {}\nnetworks:\n  grafana:\n    driver: "bridge"\n`;
const POOL = service('pgbouncer');
const BADGER = service('pgbadger');

const left = (before: string | undefined, after: string) =>
  listLeftContainers({
    kind: 'update',
    path: 'docker-compose.yml',
    foreign: false,
    cause: '',
    before,
    after: { path: 'docker-compose.yml', mode: 0o644, text: after },
  });

it.each([
  [
    'whose service is gone',
    compose(POOL, service('grafana'), BADGER),
    compose(POOL, BADGER),
    ['ecar_grafana'],
  ],
  [
    'whose service runs on demand only from now on',
    compose(POOL, BADGER),
    compose(POOL, service('pgbadger', '    profiles:\n      - "report"\n')),
    ['ecar_pgbadger'],
  ],
  ['that never ran by itself', compose(POOL, service('x', '    profiles:\n')), compose(POOL), []],
  ['of Postgres, whose data may be wanted', compose(POOL, service('postgres')), compose(POOL), []],
  ['of a file that is new', undefined, compose(POOL), []],
  ['of services that stay', compose(POOL, BADGER), compose(BADGER, POOL), []],
])('must list containers %s', (_, before, after, expected) => {
  expect(left(before, after)).toEqual(expected);
});
