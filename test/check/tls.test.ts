import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectSettings } from '../../src/settings/load-stack.ts';
import { type Identity, lockKey, makeAuthority, makeIdentity } from '../support/certificates.ts';
import { runToEnd } from '../support/fake-world.ts';
import { type Parts, projectWith, settingsWith } from './support.ts';

const ca = makeAuthority('our CA');
const other = makeAuthority('another CA');
const middle = makeAuthority('a CA between', { issuer: ca });
const server = makeIdentity('pool', { issuer: ca, hosts: ['pool'] });
const dated = (from: number, to: number) => makeIdentity('pool', { issuer: ca, from, to });
const appUser = makeIdentity('ecar_user', { issuer: ca });

const CLIENT =
  'client_tls_sslmode: require, client_tls_cert_file: server.crt, client_tls_key_file: server.key';
const ASKS = `${CLIENT.replace('require', 'verify-full')}, client_tls_ca_file: ca.crt`;
const USERS = 'ecar_user: { password: { env: DB_PASSWORD }, sslcert: user.crt, sslkey: user.key }';
const OLD = 'image: edoburu/pgbouncer:v1.26.0-p0';
const EXTERNAL = 'host: db.example.com';

/** The files of a project in which nothing is wrong. */
const FILES: Readonly<Record<string, string>> = {
  'ca.crt': ca.cert,
  'server.crt': server.cert,
  'server.key': server.key,
  'user.crt': appUser.cert,
  'user.key': appUser.key,
};

const as = (name: string, { cert, key }: Identity) => ({ [`${name}.crt`]: cert, [`${name}.key`]: key });

async function codesOf(parts: Parts, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const cwd = projectFor(parts, files);
  const { problems } = await inspectSettings({ config: 'ecar-pool.yaml', env: 'prod' }, { cwd, env: {} });
  // Of the one kind of Postgres that the project in support.ts is not made for.
  return problems
    .map(({ code }) => code)
    .filter((code) => !['owned-key', 'external-postgres'].includes(code));
}

function projectFor(parts: Parts, files: Readonly<Record<string, string>>): string {
  const text = settingsWith(parts).replace(`${EXTERNAL}, password: { env: DB_PASSWORD }`, EXTERNAL);
  const cwd = projectWith(text);
  for (const [name, content] of Object.entries({ ...FILES, ...files }))
    writeFileSync(join(cwd, name), content);
  return cwd;
}

describe('certificates and keys', () => {
  it.each<[string, Parts, Record<string, string>, string[]]>([
    ['nothing of a pair that fits', { pgbouncer: CLIENT }, {}, []],
    ['nothing of a chain', { pgbouncer: CLIENT }, chained(), []],
    ['nothing of users whom the CA vouches for', { pgbouncer: ASKS, users: USERS }, {}, []],
    ['nothing of a user by way of another CA', { pgbouncer: ASKS, users: USERS }, chainedUser(), []],
    ['one that has expired', { pgbouncer: CLIENT }, as('server', dated(-20, -1)), ['certificate-expired']],
    [
      'one that does not hold yet',
      { pgbouncer: CLIENT },
      as('server', dated(1, 90)),
      ['certificate-expired'],
    ],
    ['one that expires soon', { pgbouncer: CLIENT }, as('server', dated(-20, 29)), ['certificate-expires']],
    ['nothing 31 days before', { pgbouncer: CLIENT }, as('server', dated(-20, 31)), []],
    ['the key of another', { pgbouncer: CLIENT }, { 'server.key': other.key }, ['certificate-key']],
    ['a key that is locked', { pgbouncer: CLIENT }, { 'server.key': lockKey(server, 'abc') }, ['locked-key']],
    ['a certificate for a key', { pgbouncer: CLIENT }, { 'server.key': server.cert }, ['not-pem']],
    ['a key for a certificate', { pgbouncer: CLIENT }, { 'server.crt': server.key }, ['not-pem']],
    ['a broken one', { pgbouncer: CLIENT }, { 'server.crt': server.cert.replace('MII', 'MIX') }, ['not-pem']],
    ['no text at all', { pgbouncer: CLIENT }, { 'server.crt': '' }, ['not-pem']],
    [
      'a chain with a gap',
      { pgbouncer: CLIENT },
      { 'server.crt': server.cert + other.cert },
      ['certificate-chain'],
    ],
    [
      'a user of another CA',
      { pgbouncer: ASKS, users: USERS },
      as('user', makeIdentity('ecar_user', { issuer: other })),
      ['certificate-signer'],
    ],
    [
      'a user of a CA that only has the name of ours',
      { pgbouncer: ASKS, users: USERS },
      as('user', makeIdentity('ecar_user', { issuer: makeAuthority('our CA') })),
      ['certificate-signer'],
    ],
    [
      'a CA that is none',
      { pgbouncer: ASKS, users: USERS },
      { 'ca.crt': server.cert },
      ['certificate-signer', 'not-an-authority'],
    ],
    [
      'nothing of an old CA beside the one that follows it',
      { pgbouncer: ASKS, users: USERS },
      { 'ca.crt': makeAuthority('before', { from: -90, to: -1 }).cert + ca.cert },
      [],
    ],
    [
      'a CA that has expired',
      { pgbouncer: ASKS, users: USERS },
      { 'ca.crt': makeAuthority('before', { from: -90, to: -1 }).cert },
      ['certificate-signer', 'certificate-expired'],
    ],
    [
      'a CA whose own signer is not beside it',
      { pgbouncer: ASKS, users: USERS },
      { ...as('user', makeIdentity('ecar_user', { issuer: middle })), 'ca.crt': middle.cert },
      ['ca-without-root'],
    ],
    [
      'nothing of a CA with its signer beside it',
      { pgbouncer: ASKS, users: USERS },
      { ...as('user', makeIdentity('ecar_user', { issuer: middle })), 'ca.crt': middle.cert + ca.cert },
      [],
    ],
    [
      'a user of a CA whose signer is not beside it, though another one is there',
      { pgbouncer: ASKS, users: USERS },
      { ...as('user', makeIdentity('ecar_user', { issuer: middle })), 'ca.crt': middle.cert + other.cert },
      ['certificate-signer'],
    ],
    [
      'a user whose certificate is for servers',
      { pgbouncer: ASKS, users: USERS },
      as('user', makeIdentity('ecar_user', { issuer: ca, usages: ['serverAuth'] })),
      ['certificate-usage'],
    ],
    [
      'nothing of one that is for both',
      { pgbouncer: ASKS, users: USERS },
      as('user', makeIdentity('ecar_user', { issuer: ca, usages: ['serverAuth', 'clientAuth'] })),
      [],
    ],
    [
      'a certificate of the pool that is for clients',
      { pgbouncer: CLIENT },
      as('server', makeIdentity('pool', { issuer: ca, usages: ['clientAuth'] })),
      ['certificate-usage'],
    ],
    [
      'nothing of one that is for servers',
      { pgbouncer: CLIENT },
      as('server', makeIdentity('pool', { issuer: ca, usages: ['serverAuth'] })),
      [],
    ],
    // OpenSSL refuses it as well.
    [
      'a user whose certificate is for anything, and not for clients',
      { pgbouncer: ASKS, users: USERS },
      as('user', makeIdentity('ecar_user', { issuer: ca, usages: ['any'] })),
      ['certificate-usage'],
    ],
    [
      'a name that is not that of the user, under cert',
      { pgbouncer: `${ASKS}, auth_type: cert`, users: USERS },
      as('user', makeIdentity('somebody', { issuer: ca })),
      ['certificate-name'],
    ],
    ['nothing of the names, under cert', { pgbouncer: `${ASKS}, auth_type: cert`, users: USERS }, {}, []],
    [
      'nothing of a name where passwords decide',
      { pgbouncer: ASKS, users: USERS },
      as('user', makeIdentity('somebody', { issuer: ca })),
      [],
    ],
  ])('must tell %s', async (_, parts, files, codes) => {
    expect(await codesOf(parts, files)).toEqual(codes);
  });

  it('must fail check alone for a certificate that has expired, and go on with a warning elsewhere', async () => {
    const cwd = projectFor({ pgbouncer: CLIENT }, as('server', dated(-20, -1)));
    const world = { cwd, env: {} };
    const checked = await runToEnd(['check', '--env', 'prod'], world);
    expect(checked).toMatchObject({ exitCode: 1 });
    expect(checked.out).toMatch(
      /ecar-pool\.yaml:8:\d+: error \[certificate-expired\]: the certificate of pool in server\.crt expired on \d{4}-/,
    );
    const rendered = await runToEnd(['render', '--env', 'prod'], world);
    expect(rendered).toMatchObject({ exitCode: 0 });
    expect(rendered.err).toContain('the certificate of pool in server.crt expired on');
  });

  const { getuid, seteuid } = process;
  it.skipIf(getuid === undefined || seteuid === undefined)(
    'must tell of a key that this user may not read, beside all else',
    async () => {
      const cwd = projectFor({ pgbouncer: CLIENT }, as('server', dated(-20, -1)));
      const isRoot = getuid?.() === 0;
      chmodSync(join(cwd, 'server.key'), isRoot ? 0o600 : 0);
      for (const name of ['.', '.env.prod', 'ecar-pool.yaml'])
        if (isRoot) chownSync(join(cwd, name), 65_534, -1);
      // The modules must be there before the user changes.
      await runToEnd(['check', '--env', 'prod'], { cwd, env: {} });
      if (isRoot) process.seteuid?.(65_534);
      const { exitCode, out } = await runToEnd(['check', '--env', 'prod'], { cwd, env: {} }).finally(() => {
        if (isRoot) process.seteuid?.(0);
      });
      expect(out).toMatch(
        /ecar-pool\.yaml:8:\d+: error \[config-file\]: server\.key may not be read by this user/,
      );
      expect(out).toContain('[certificate-expired]');
      expect(exitCode).toBe(2);
    },
  );

  it('must show no part of a key', async () => {
    const cwd = projectFor({ pgbouncer: CLIENT }, { 'server.crt': server.key, 'server.key': other.key });
    const { out, err } = await runToEnd(['check', '--env', 'prod'], { cwd, env: {} });
    const lines = (server.key + other.key)
      .split('\n')
      .filter((line) => line.length > 20 && !line.includes('-----'));
    for (const line of lines) expect(out + err).not.toContain(line);
  });
});

describe('modes of TLS', () => {
  it.each<[string, Parts, Parts]>([
    [
      'tls-unused',
      { pgbouncer: 'client_tls_cert_file: server.crt, client_tls_key_file: server.key' },
      { pgbouncer: CLIENT },
    ],
    [
      'tls-unused',
      { postgres: EXTERNAL, pgbouncer: 'server_tls_ca_file: ca.crt' },
      { postgres: EXTERNAL, pgbouncer: 'server_tls_ca_file: ca.crt, server_tls_sslmode: verify-ca' },
    ],
    [
      'no-server-ca',
      { postgres: EXTERNAL, pgbouncer: 'server_tls_sslmode: verify-full' },
      { postgres: EXTERNAL, pgbouncer: 'server_tls_sslmode: require' },
    ],
    [
      'no-certificate',
      { postgres: EXTERNAL, pgbouncer: 'server_tls_key_file: server.key' },
      { postgres: EXTERNAL, pgbouncer: 'server_tls_key_file: server.key, server_tls_cert_file: server.crt' },
    ],
    [
      'no-certificate',
      { users: 'ecar_user: { password: { env: DB_PASSWORD }, sslkey: user.key }' },
      { users: USERS },
    ],
    [
      'no-client-ca',
      { users: USERS, pgbouncer: CLIENT.replace('require', 'verify-ca') },
      { users: USERS, pgbouncer: ASKS },
    ],
    ['no-client-certificate', { pgbouncer: ASKS }, { pgbouncer: ASKS, users: USERS }],
    [
      'cert-needs-verify-full',
      { users: USERS, pgbouncer: `auth_type: cert, ${ASKS.replace('verify-full', 'verify-ca')}` },
      { users: USERS, pgbouncer: `auth_type: cert, ${ASKS}` },
    ],
    [
      'server-without-tls',
      { pgbouncer: 'server_tls_sslmode: require' },
      { postgres: "image: 'postgres:17', settings: { ssl: on }", pgbouncer: 'server_tls_sslmode: require' },
    ],
    [
      'unverifiable-host',
      {
        postgres: 'host: 10.0.0.5',
        pgbouncer: 'server_tls_sslmode: verify-full, server_tls_ca_file: ca.crt',
      },
      { postgres: EXTERNAL, pgbouncer: 'server_tls_sslmode: verify-full, server_tls_ca_file: ca.crt' },
    ],
    [
      'tls-protocols',
      { pgbouncer: "client_tls_protocols: 'tlsv1.2 tlsv1.3'" },
      { pgbouncer: "client_tls_protocols: 'TLSv1.2,tlsv1.3'" },
    ],
    [
      'cve-2026-107350',
      { users: USERS, pgbouncer: `${OLD}, auth_type: scram-sha-256, ${ASKS}` },
      { users: USERS, pgbouncer: `${OLD}, auth_type: cert, ${ASKS}` },
    ],
    ['weak-tls', { pgbouncer: 'client_tls_protocols: all' }, { pgbouncer: "client_tls_protocols: 'secure'" }],
  ])('must find %s, and not where there is nothing to find', async (code, fires, silent) => {
    expect(await codesOf(fires)).toContain(code);
    expect(await codesOf(silent)).not.toContain(code);
  });
});

function chained(): Record<string, string> {
  const leaf = makeIdentity('pool', { issuer: middle });
  return { 'server.crt': leaf.cert + middle.cert, 'server.key': leaf.key };
}

function chainedUser(): Record<string, string> {
  const leaf = makeIdentity('ecar_user', { issuer: middle });
  return { 'user.crt': leaf.cert + middle.cert, 'user.key': leaf.key };
}
