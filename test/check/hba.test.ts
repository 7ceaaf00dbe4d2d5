import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { APP, inspect, type Parts, settingsWith } from './support.ts';

const USERS = `ecar_user: { password: { env: DB_PASSWORD } }
  reports: { password: { env: OTHER_PASSWORD } }`;

/** What is told of users whom rules shut out, of settings with an application unless they say otherwise. */
async function tellOf(hba: string, parts: Parts = {}) {
  const pgbouncer = `auth_type: hba, hba: [${hba}]`;
  const { problems } = await inspect(settingsWith({ more: APP, ...parts, pgbouncer }));
  return problems.filter(({ code }) => code === 'hba-shut-out').map(({ message, hint }) => [message, hint]);
}

describe('rules of hba', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, shown = ''] = /^ {2}auth_type: hba\n {2}hba:\n((?: {4}- .*\n)+)/m.exec(readme) ?? [];

  it.each([
    ['as the README has them', shown],
    ['where they are stricter', shown.replaceAll(/\{ (?=address: 1[79]2)/g, '{ user: [ecar_user], ')],
  ])('must give no finding %s', async (_, rules) => {
    expect(rules.match(/method: reject|user: \[ecar_user\]/g)).toHaveLength(rules === shown ? 1 : 3);
    const settings = settingsWith({
      databases: 'ecar_db: { users: [ecar_user, reports] }',
      users: USERS,
      pgbouncer: `auth_type: hba`,
      more: APP,
    }).replace(/^(pgbouncer: \{.*) \}$/m, `$1, hba: [${rules.replaceAll(/^ {4}- (.*\}).*\n/gm, '$1, ')}] }`);
    expect((await inspect(settings)).problems).toEqual([]);
  });

  it('must be said to shut somebody out by what would let them in, and where', async () => {
    expect(
      await tellOf(
        '{ database: ecar_db, address: 127.0.0.0/8, method: md5 }, { database: ecar_db, method: reject }, { method: md5 }',
      ),
    ).toEqual([
      [
        'no rule lets "ecar_user" into "ecar_db" from 172.16.0.0/12 or 192.168.0.0/16, where Docker puts the network of the stack',
        'add `{ database: "ecar_db", user: "ecar_user", address: 172.16.0.0/12, method: md5 }`, and the same for 192.168.0.0/16, above rule 2',
      ],
    ]);
    expect(
      await tellOf('{ user: ecar_user, address: 127.0.0.1/32, method: reject }, { method: md5 }'),
    ).toEqual([
      [
        'no rule lets "ecar_user" into "ecar_db" from 127.0.0.1, where `verify` comes from',
        'add `{ database: "ecar_db", user: "ecar_user", address: 127.0.0.1/32, method: md5 }`, above rule 1',
      ],
    ]);
    expect(await tellOf('{ user: pgbouncer, method: md5 }')).toEqual([
      [
        'no rule lets "ecar_user" into "ecar_db" from 127.0.0.1, where `verify` comes from, nor from 172.16.0.0/12 or 192.168.0.0/16, where Docker puts the network of the stack',
        'add `{ database: "ecar_db", user: "ecar_user", address: 127.0.0.1/32, method: scram-sha-256 }`, and the same for 172.16.0.0/12 and 192.168.0.0/16',
      ],
    ]);
  });

  const WITHIN = '{ address: 127.0.0.1/32, method: md5 }';
  const shutOut = async (hba: string, parts: Parts) =>
    (await tellOf(hba, parts)).map(([message]) => /lets (.*?) from/.exec(message ?? '')?.[1]);

  it('must let in the network of the stack only for who comes from there', async () => {
    const parts = {
      databases: `ecar_db: { users: [ecar_user, reports] }
  in_session: { dbname: ecar_db, pool_mode: session, pool_size: 5, users: [ecar_user, reports] }
  other: { users: [ecar_user] }`,
      users: `${USERS}
  stats: { password: { env: OTHER_PASSWORD }, role: stats }`,
    };
    const rules = `${WITHIN}, { address: 10.1.2.0/24, method: md5 }`;
    const monitoring = 'monitoring: { prometheus: { external: true } }';
    expect(await shutOut(rules, { ...parts, more: '' })).toEqual([]);
    expect(await shutOut(rules, { ...parts, more: monitoring })).toEqual(['"stats" into "pgbouncer"']);
    expect(await shutOut(rules, { ...parts, more: `${APP}\n${monitoring}` })).toEqual([
      '"ecar_user" into "ecar_db"',
      '"ecar_user" into "in_session"',
      '"stats" into "pgbouncer"',
    ]);
    const theirs = APP.replace(' }', ', user: reports, session_database: in_session }');
    expect(await shutOut(rules, { ...parts, more: theirs })).toEqual([
      '"reports" into "ecar_db"',
      '"reports" into "in_session"',
    ]);
  });

  it('must let in everybody else from somewhere, and the console may be kept at home', async () => {
    const more = '';
    const one = '{ database: ecar_db, user: ecar_user, address: 10.1.2.0/24, method: md5 }';
    expect(await shutOut(`${WITHIN}, ${one}`, { more })).toEqual([]);
    expect(await shutOut(WITHIN, { more })).toEqual(['"ecar_user" into "ecar_db"']);
    expect(await shutOut(`${WITHIN}, ${one.replace('md5', 'reject')}`, { more })).toHaveLength(1);
    const [[message, hint] = []] = await tellOf(`{ user: pgbouncer, method: md5 }, ${one}`, { more });
    expect(message).toBe('no rule lets "ecar_user" into "ecar_db" from 127.0.0.1, where `verify` comes from');
    expect(hint).not.toContain('172.16.0.0/12');
  });

  it('must be mended by the fix that is shown', async () => {
    const rules = '{ user: ecar_user, address: 172.18.0.0/16, method: reject }, { method: md5 }';
    const [[, hint = ''] = []] = await tellOf(rules);
    const [, rule = ''] = /`(.*?)`/.exec(hint) ?? [];
    expect(hint).toMatch(/above rule 1$/);
    expect(await tellOf(`${rule}, ${rules}`)).toEqual([]);
  });
});
