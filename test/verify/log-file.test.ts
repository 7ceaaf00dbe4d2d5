import { describe, expect, it } from 'vitest';
import { checkLogFile } from '../../src/verify/checks/log-file.ts';
import { container, type Difference, rowOf, STACK, scene } from './support.ts';

const stack = { ...STACK, monitoring: { ...STACK.monitoring, log: { max_bytes: 1024 ** 2, keep: 7 } } };
const rowWith = (log: Difference['log']) => rowOf(checkLogFile, { subject: { stack }, log });
const COMPOSE = 'docker compose -f stack/prod/docker-compose.yml';

describe("the check of PgBouncer's log file", () => {
  it('must not be made where there is none', () => {
    expect(checkLogFile(scene())).toEqual([]);
  });

  it('must pass where the file is there and rotated, and tell its size', () => {
    expect(rowWith({ isRotated: true, bytes: 5000 })).toMatchObject({
      status: 'ok',
      observed: 'rotated; 5 kB now',
    });
    // The rotation waits for what was rendered to be made live.
    expect(rowWith({ isRotated: true, bytes: 2 * 1024 ** 2 })).toMatchObject({ status: 'ok' });
  });

  it('must be skipped where nobody could look', () => {
    expect(rowWith(undefined).status).toBe('skip');
    const containers = [container('pgbouncer', { labels: new Map() })];
    const log = { isRotated: false, bytes: undefined };
    expect(rowOf(checkLogFile, { subject: { stack }, containers, log }).status).toBe('skip');
  });

  it.each([
    [{ isRotated: false, bytes: 5000 }, 'nothing rotates it', /^run docker compose .* (?:restart|up)/],
    [
      { isRotated: true, bytes: undefined },
      'there is none',
      `make it open its log again: ${COMPOSE} kill -s HUP pgbouncer`,
    ],
    [{ isRotated: true, bytes: 40 * 1024 ** 2 }, '40 MB, and is not put aside', /make room/],
  ])('must fail with %o', (log, observed, hint) => {
    const row = rowWith(log);
    expect(row).toMatchObject({ status: 'fail', observed });
    expect(row.hint).toMatch(hint);
  });
});
