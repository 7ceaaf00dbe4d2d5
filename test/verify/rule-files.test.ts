import { expect, it } from 'vitest';
import { mergeNeeds, needAll, needReload } from '../../src/plan/needs.ts';
import { checkRuleFiles, listRuleFiles, listUnread } from '../../src/verify/checks/rule-files.ts';
import { tellsOfReload } from '../../src/verify/pooler-log.ts';
import { rowOf, scene } from './support.ts';

const HBA = 'pgbouncer/auth_hba.conf';
const unread = { paths: [HBA], since: Date.parse('2026-11-23T11:00:00.500Z') };
const judge = (reread: { value: boolean; ms: number } | { failure: string; ms: number } | undefined) =>
  rowOf(checkRuleFiles, { subject: { unread }, evidence: { reread } });

it('must be no concern where no rules have changed', () => {
  expect(checkRuleFiles(scene())).toEqual([]);
  const needs = mergeNeeds(needAll('a render'), needReload(['pgbouncer/userlist.txt', HBA]));
  expect(listRuleFiles(needs)).toEqual([HBA]);
});

it('must be read by PgBouncer since they changed, or fail with the reload', () => {
  expect(judge({ value: false, ms: 3 })).toMatchObject({
    status: 'fail',
    title: HBA,
    observed: expect.stringContaining('2026-11-23T11:00:00Z'),
    hint: expect.stringMatching(/^run docker compose .* kill -s HUP pgbouncer$/),
  });
  expect(judge({ value: true, ms: 3 }).status).toBe('ok');
  expect(judge(undefined).status).toBe('skip');
});

it('must stay on record where the log cannot be read', () => {
  const needs = needReload([HBA, 'pgbouncer/pgbouncer.ini: max_client_conn']);
  const unknown = judge({ failure: 'no apple', ms: 3 });
  expect(unknown).toMatchObject({ status: 'warn', observed: expect.stringContaining('[redacted]') });
  expect(listUnread(needs, [unknown])).toEqual(needReload([HBA]));
  expect(listUnread(needs, [judge({ value: true, ms: 3 })])).toBeUndefined();
});

it('must be told by a reload of either kind, and by no login', () => {
  const line = (words: string) => `2026-11-23 11:00:00.000 UTC [1] LOG ${words}\n`;
  expect(tellsOfReload(line('got SIGHUP, re-reading config'))).toBe(true);
  expect(tellsOfReload(line('C-0x1: pgbouncer/boss@127.0.0.1:1 RELOAD command issued'))).toBe(true);
  expect(tellsOfReload(line('C-0x1: db/user@127.0.0.1:1 login attempt: db=db user=user tls=no'))).toBe(false);
});
