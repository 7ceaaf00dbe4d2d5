import { describe, expect, it } from 'vitest';
import { load } from './support.ts';

const SETTINGS = `name: ecar
postgres: { host: db.example.com }
databases:
  ecar_db: { users: [ecar_user] }
users:
  ecar_user: { password: { env: DB_PASSWORD } }
  admin: { password: { env: ADMIN_PASSWORD }, role: admin }
pgbouncer: { auth_type: hba, auth_hba_file: ./rules.conf }
environments: { prod: {} }
`;

describe('the methods of auth_hba_file', () => {
  it.each([
    ['host all all 0.0.0.0/0 trust', ['trust']],
    ['host all all 127.0.0.1/32 password\nhostssl all all all scram-sha-256', ['plain', 'scram-sha-256']],
    ['host all all 0.0.0.0/0 md5\nhost all all ::/0 md5', ['md5']],
    // What is not understood may need the password itself.
    ['host all all 0.0.0.0/0 md5\nhost all @names 0.0.0.0/0 md5', ['md5', 'trust']],
  ])('must be known of %j', async (rules, methods) => {
    const { stack } = await load(SETTINGS, { files: { 'rules.conf': `${rules}\n` } });
    expect(stack.pgbouncer.methods).toEqual(methods);
  });

  it.each([
    ['host all all 10.0.0.0/8 trust', ['no-passwords']],
    ['host all all 127.0.0.1/32 trust\nhost all all 10.0.0.0/8 md5', []],
    ['host all all 0.0.0.0/0 md5\nhost all all 10.0.0.0/8 trust', []],
  ])('must be judged where they ask for no password: %j', async (rules, codes) => {
    const { warnings } = await load(SETTINGS, { files: { 'rules.conf': `${rules}\n` } });
    expect(warnings.map(({ code }) => code).filter((code) => code === 'no-passwords')).toEqual(codes);
  });
});
