import { describe, expect, it } from 'vitest';
import { findHeldPassword, holdsPassword } from '../../src/adopt/held-password.ts';

const LONG = 'of-the-shop: 1/2';

describe('findHeldPassword', () => {
  it('must name every place in which a service has it, and no service without one', () => {
    const files: Record<string, string> = {
      '/srv/pw.txt': `${LONG}\n`,
      '/srv/app.conf': `password = ${LONG}`,
      '/srv/other.txt': 'nothing',
    };
    const document = {
      services: {
        web: { environment: { DB_PASSWORD: LONG, OTHER: 'x' }, command: ['serve'] },
        worker: { environment: { DATABASE_URL: `postgres://shop:${encodeURIComponent(LONG)}@db/shop` } },
        job: { entrypoint: ['psql', `password=${LONG}`], healthcheck: { test: ['CMD', LONG] } },
        api: { secrets: [{ source: 'pw', target: '/run/secrets/pw' }], configs: [{ source: 'conf' }] },
        cron: {
          volumes: [
            { type: 'bind', source: '/srv/app.conf' },
            { type: 'bind', source: '/srv' },
          ],
        },
        cache: { environment: { URL: 'redis://cache' }, secrets: [{ source: 'other' }] },
      },
      secrets: { pw: { file: '/srv/pw.txt' }, other: { file: '/srv/other.txt' } },
      configs: { conf: { file: '/srv/app.conf' } },
    };
    expect(findHeldPassword(document, LONG, (path) => files[path])).toEqual(
      new Map([
        ['web', ['DB_PASSWORD']],
        ['worker', ['DATABASE_URL']],
        ['job', ['entrypoint', 'healthcheck']],
        ['api', ['/srv/pw.txt', '/srv/app.conf']],
        ['cron', ['/srv/app.conf']],
      ]),
    );
  });

  it('must not take the name of something for a short one that reads the same', () => {
    const document = {
      services: {
        web: {
          image: 'postgres:17',
          environment: { DB_USER: 'postgres', DB_HOST: 'postgres', DB_PASS: 'other' },
        },
        job: { environment: { DB_USER: 'postgres', DB_PASS: 'postgres' } },
      },
    };
    expect([...findHeldPassword(document, 'postgres', () => undefined)]).toEqual([['job', ['DB_PASS']]]);
  });
});

describe('holdsPassword', () => {
  it.each([
    ['postgres://shop:a%21b@db/shop', 'a!b', true],
    ['host=db password=a.b user=shop', 'a.b', true],
    ['host=db password=axb user=shop', 'a.b', false],
    ['host=db password=a.bc user=shop', 'a.b', false],
    ['password: "a$b"', 'a$b', true],
    ['100% of-the-shop-here', 'of-the-shop-here', true],
  ])('must tell of %s whether it has %s', (text, password, expected) => {
    expect(holdsPassword(text, password)).toBe(expected);
  });
});
