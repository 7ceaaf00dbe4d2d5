import { describe, expect, it } from 'vitest';
import { needAll, onlyShutOut } from '../../src/plan/needs.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { checkShutOut, listOpen } from '../../src/verify/checks/shut-out.ts';
import { listLogins, planInquiry } from '../../src/verify/logins.ts';
import type { Row } from '../../src/verify/row.ts';
import { rowOf, STACK, scene } from './support.ts';

const NEEDS = { ...needAll('a render'), dropped: ['bob', 'eve'], remembered: ['bob'] };

const EXTERNAL: Stack = {
  ...STACK,
  postgres: { ...STACK.postgres, kind: 'external' } as Stack['postgres'],
  pgbouncer: { ...STACK.pgbouncer, settings: new Map([['auth_user', 'ecar_user']]) },
};

/** The scene in which Postgres has answered who of the dropped is not kept out. */
function asked(stack: Stack, said: string, code = 0) {
  const inquiry = planInquiry(stack, new Secret('made-up', 'test'), 6, NEEDS.dropped);
  const at = listLogins(inquiry).length + inquiry.lookups.length;
  const shutOut = { dropped: NEEDS.dropped, remembered: new Map() };
  const outcome = { code, said, ms: 3, waited: 0 };
  return {
    inquiry,
    difference: { subject: { stack, shutOut }, servers: { [at]: outcome }, evidence: { inquiry } },
  };
}

describe('users whom the settings drop', () => {
  it('must be no concern where nobody is to be kept out', () => {
    expect(checkShutOut(scene())).toEqual([]);
    expect(planInquiry(STACK, new Secret('x', 'test'), 6).roles).toEqual([]);
  });

  it("must be kept out of the stack's own Postgres, or fail with the command that does it", () => {
    const { inquiry, difference } = asked(STACK, 'bob');
    expect(inquiry.roles).toHaveLength(1);
    expect(inquiry.roles[0]).toMatchObject({ user: 'ecar_user', database: 'ecar_db' });
    expect(inquiry.roles[0]?.statement).toContain("rolname IN ('bob', 'eve') AND (rolcanlogin OR EXISTS");
    expect(rowOf(checkShutOut, difference)).toMatchObject({
      id: 'dropped-users',
      status: 'fail',
      observed: 'bob may log in to Postgres, or still has a session there',
      hint: expect.stringMatching(/^run docker compose .*ALTER ROLE "bob" NOLOGIN/),
    });
    const row = rowOf(checkShutOut, asked(STACK, '').difference);
    expect(row).toMatchObject({ status: 'ok', observed: 'bob, eve kept out by Postgres' });
  });

  it('must be told of, and fail nothing, where others run a Postgres that PgBouncer asks about users', () => {
    const { inquiry, difference } = asked(EXTERNAL, 'bob\neve');
    expect(inquiry.roles[0]?.statement).toContain('WHERE rolname=ecar_pool_role.rolname::text');
    const row = rowOf(checkShutOut, difference);
    expect(row).toMatchObject({
      status: 'skip',
      observed: expect.stringMatching(/^because it is up to .* lets in bob, eve, .*"eve" NOLOGIN/),
    });
    expect(rowOf(checkShutOut, asked(EXTERNAL, '').difference).status).toBe('ok');
    expect(rowOf(checkShutOut, asked(EXTERNAL, 'ERROR:  no', 1).difference).status).toBe('skip');
  });

  it('must not be taken for kept out where nobody could ask', () => {
    const refused = asked(STACK, 'ERROR:  permission denied for view pg_roles', 1).difference;
    expect(rowOf(checkShutOut, refused)).toMatchObject({
      status: 'warn',
      observed: expect.stringContaining('permission denied'),
      hint: expect.stringContaining('NOLOGIN'),
    });
    const users = STACK.users.map((user) => ({ ...user, password: undefined }));
    const row = rowOf(checkShutOut, asked({ ...STACK, users }, '').difference);
    expect(row).toMatchObject({ status: 'warn', observed: expect.stringContaining('know no password') });
  });

  it('must be unknown to PgBouncer, which knows those who logged in for as long as it runs', () => {
    const startedAt = Date.parse('2026-11-23T12:00:00Z');
    const runs = {
      value: new Map([['pgbouncer', { id: 'a', running: true, restarts: 0, startedAt }]]),
      ms: 1,
    };
    const remembering = (since: number) => ({
      subject: { shutOut: { dropped: [], remembered: new Map([['bob', since]]) } },
      evidence: { runs },
    });
    const row = rowOf(checkShutOut, remembering(startedAt + 1));
    expect(row).toMatchObject({
      id: 'remembered-users',
      status: 'fail',
      observed: expect.stringContaining('since 2026-11-23T12:00:00Z'),
      hint: expect.stringContaining('restart pgbouncer'),
    });
    expect(rowOf(checkShutOut, remembering(startedAt - 1)).status).toBe('ok');
  });

  it('must stay on record until they are proved to be kept out, or told of where that is up to others', () => {
    const rows = (...of: readonly (readonly [string, Row['status']])[]) =>
      of.map(([id, status]) => ({ id, title: '', status, observed: '' }));
    expect(listOpen(NEEDS, [])).toEqual(onlyShutOut(NEEDS));
    const proved = rows(['dropped-users', 'warn'], ['remembered-users', 'ok']);
    expect(listOpen(NEEDS, proved)).toEqual(onlyShutOut({ dropped: NEEDS.dropped, remembered: [] }));
    expect(listOpen(NEEDS, rows(['dropped-users', 'ok'], ['remembered-users', 'ok']))).toBeUndefined();
    const told = rows(['dropped-users', 'skip'], ['remembered-users', 'skip']);
    expect(listOpen(NEEDS, told)).toEqual(onlyShutOut({ dropped: [], remembered: NEEDS.remembered }));
  });
});
