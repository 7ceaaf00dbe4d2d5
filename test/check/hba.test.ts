import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect, settingsWith } from './support.ts';

const USERS = `ecar_user: { password: { env: DB_PASSWORD } }
  reports: { password: { env: OTHER_PASSWORD } }`;

async function tellOf(hba: string, databases?: string) {
  const parts = { pgbouncer: `auth_type: hba, hba: [${hba}]`, ...(databases && { databases }) };
  const { problems } = await inspect(settingsWith(parts));
  return problems.filter(({ code }) => code === 'hba-shut-out').map(({ message, hint }) => [message, hint]);
}

describe('rules of hba', () => {
  it('must give no finding as the README has them', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const [, rules = ''] = /^ {2}auth_type: hba\n {2}hba:\n((?: {4}- .*\n)+)/m.exec(readme) ?? [];
    expect(rules).toContain('method: reject');
    const settings = settingsWith({
      databases: 'ecar_db: { users: [ecar_user, reports] }',
      users: USERS,
      pgbouncer: `auth_type: hba`,
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

  it('must be mended by the fix that is shown', async () => {
    const rules = '{ user: ecar_user, address: 172.18.0.0/16, method: reject }, { method: md5 }';
    const [[, hint = ''] = []] = await tellOf(rules);
    const [, rule = ''] = /`(.*?)`/.exec(hint) ?? [];
    expect(hint).toMatch(/above rule 1$/);
    expect(await tellOf(`${rule}, ${rules}`)).toEqual([]);
  });
});
