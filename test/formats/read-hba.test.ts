import { describe, expect, it } from 'vitest';
import { type HbaRule, writeHba } from '../../src/formats/hba.ts';
import { readHba } from '../../src/formats/read-hba.ts';

const RULE: HbaRule = {
  type: 'host',
  database: ['all'],
  user: ['all'],
  address: '10.0.0.0/8',
  method: 'md5',
};

describe('rules of hba', () => {
  it('must be read as they are written', () => {
    const rules: HbaRule[] = [
      { ...RULE, type: 'hostssl', database: ['sameuser', 'a b'], user: [`+it's "odd", #1`, '@x'] },
      { ...RULE, user: ['replication'], address: '::1/128', method: 'scram-sha-256' },
      { ...RULE, type: 'hostnossl', method: 'reject' },
    ];
    expect(readHba(writeHba(rules))).toEqual(rules);
  });

  it.each([
    ['host all all 10.0.0.0/8 md5', [RULE]],
    ['\thost  all\tall 10.0.0.0/8 md5 # why', [RULE]],
    ['host all all 10.0.0.0/8 md5\r', [RULE]],
    ['host a, b ,c all 10.0.0.0/8 cert', [{ ...RULE, database: ['a', 'b', 'c'], method: 'cert' }]],
    ['# host all all 10.0.0.0/8 md5\n\nlocal all all peer\n', []],
    ['host all all all trust', [{ ...RULE, address: 'all', method: 'trust' }]],
  ])('must be read from %j', (text, rules) => {
    expect(readHba(text)).toEqual(rules);
  });

  it.each([
    'host all all 10.0.0.0 255.0.0.0 md5',
    'host all all 10.0.0.0/8 cert map=certs',
    'host all all 10.0.0.0/8 ldap ldapserver=x',
    'host all all 10.0.0.1/8 md5',
    'host all all db.example.com md5',
    'host all @names 10.0.0.0/8 md5',
    'host all +group 10.0.0.0/8 md5',
    'host samerole all 10.0.0.0/8 md5',
    'host "all" all 10.0.0.0/8 md5',
    'host "all all 10.0.0.0/8 md5',
    'host all all 10.0.0.0/8',
    'hosts all all 10.0.0.0/8 md5',
  ])('must leave open what %j means', (line) => {
    expect(readHba(`${line}\nhost all all 10.0.0.0/8 md5`)).toEqual([undefined, RULE]);
  });
});
