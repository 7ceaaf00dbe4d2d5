import { X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { observeCertificate, type ShownCertificate } from '../../src/docker/shown-certificate.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { CAUSES } from '../../src/verify/causes.ts';
import { checkClientTls } from '../../src/verify/checks/client-tls.ts';
import { NO_AFTERMATH } from '../../src/verify/evidence.ts';
import { explainLack, planInquiry } from '../../src/verify/logins.ts';
import { narrowCause } from '../../src/verify/server-certificate.ts';
import { makeAuthority, makeIdentity } from '../support/certificates.ts';
import { rowOf, STACK, scene } from './support.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const ca = makeAuthority('our CA');
const pool = makeIdentity('pool', { issuer: ca, to: 100 });

const shownBy = ({ cert }: { cert: string }): ShownCertificate => {
  const { subject, issuer, validFrom, validTo, fingerprint256 } = new X509Certificate(cert);
  const validity = { validFrom: Date.parse(validFrom), validTo: Date.parse(validTo) };
  return { protocol: 'TLSv1.3', subject, issuer, ...validity, fingerprint256 };
};

const withTls = (
  settings: Readonly<Record<string, string>>,
  more: Partial<Stack['pgbouncer']> = {},
): Stack => ({
  ...STACK,
  pgbouncer: {
    ...STACK.pgbouncer,
    settings: new Map(Object.entries(settings)),
    files: new Map([
      ['client_tls_cert_file', pool.cert],
      ['server_tls_ca_file', ca.cert],
    ]),
    ...more,
  },
});

describe('the check of what clients are shown', () => {
  const stack = withTls({ client_tls_sslmode: 'require' });
  const rowFor = (value: ShownCertificate, seenAt = Date.now()) =>
    rowOf(checkClientTls, { subject: { stack }, evidence: { shown: { value, ms: 3 }, seenAt } });

  it('must not be made where PgBouncer speaks no TLS', () => {
    expect(checkClientTls(scene())).toEqual([]);
  });

  it('must tell for how long it holds', () => {
    const row = rowFor(shownBy(pool));
    expect(row).toMatchObject({ status: 'ok' });
    expect(row.observed).toMatch(/^TLSv1\.3, certificate of CN=pool, (?:99|100) days left$/);
  });

  it('must fail for one that is not in the settings, such as the one before', () => {
    const row = rowFor(shownBy(makeIdentity('pool', { issuer: ca })));
    expect(row).toMatchObject({ status: 'fail', cause: expect.stringContaining('has not reloaded') });
    expect(row.hint).toContain('kill -s HUP pgbouncer');
  });

  it('must fail for one that has expired', () => {
    const row = rowFor(shownBy(pool), Date.now() + 101 * DAY_MS);
    expect(row).toMatchObject({ status: 'fail', observed: expect.stringContaining('which expired on') });
  });

  it('must be skipped where the port cannot be reached from here', () => {
    const shown = { failure: 'ECONNREFUSED', ms: 1 };
    expect(rowOf(checkClientTls, { subject: { stack }, evidence: { shown } })).toMatchObject({
      status: 'skip',
    });
  });
});

describe('the cause of a refused certificate of Postgres', () => {
  const [general] = CAUSES.filter(({ id }) => id === 'server-certificate');
  const tell = (identity: { cert: string }, database = 'ecar_db') => {
    const aftermath = { ...NO_AFTERMATH, serverCertificate: { value: shownBy(identity), ms: 1 } };
    return narrowCause(general, aftermath, withTls({}), database, Date.now())?.cause;
  };

  it.each([
    [
      'has expired',
      { issuer: ca, from: -9, to: -2 },
      /^The certificate of Postgres expired on \d{4}-\d\d-\d\d$/,
    ],
    ['is for later', { issuer: ca, from: 2, to: 9 }, /^The certificate of Postgres does not hold before /],
    [
      'is of another',
      { issuer: makeAuthority('other CA') },
      /is signed by CN=other CA, and not by .*, CN=our CA$/,
    ],
  ])('must say that it %s', (_, wish, cause) => {
    expect(tell(makeIdentity('db', wish))).toMatch(cause);
  });

  it('must stay as general as it is where nothing could be seen', () => {
    expect(narrowCause(general, NO_AFTERMATH, withTls({}), 'ecar_db', Date.now())).toBe(general);
  });
});

describe('logins of verify', () => {
  const own = { sslcert: pool.cert, sslkey: new Secret(pool.key, 'test') };
  const users = STACK.users.map((user) => (user.name === 'ecar_user' ? { ...user, identity: own } : user));
  const inquiryOf = (stack: Stack) => planInquiry(stack, new Secret('wrong', 'test'), 5);

  it('must ask for TLS where PgBouncer lets nobody in without, and leave it to libpq elsewhere', () => {
    expect(inquiryOf(withTls({ client_tls_sslmode: 'require' })).sslmode).toBe('require');
    expect(inquiryOf(withTls({ client_tls_sslmode: 'prefer' })).sslmode).toBe('');
  });

  it("must show anybody's certificate beside a password, and only one's own without", () => {
    const asked = { client_tls_sslmode: 'verify-full' };
    const beside = inquiryOf({ ...withTls(asked), users });
    expect(beside.console).toMatchObject({ user: 'boss', identity: own });
    const alone = { ...withTls(asked, { auth_type: 'cert' }), users };
    expect(inquiryOf(alone)).toMatchObject({
      console: undefined,
      intruder: { user: 'stats', identity: own },
    });
    const [, stats] = users;
    expect(stats && explainLack(stats, alone)).toContain('asks for a certificate');
  });
});

describe('observeCertificate', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const listen = async (answer: string): Promise<{ host: string; port: number }> => {
    const context = createSecureContext({ cert: pool.cert, key: pool.key });
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(answer);
        if (answer === 'S')
          new TLSSocket(socket, { isServer: true, secureContext: context }).on('error', () => {});
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return { host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
  };

  it('must see the certificate, whoever signed it', async () => {
    const sight = await observeCertificate(await listen('S'), undefined);
    expect(sight).toMatchObject({ value: { subject: 'CN=pool', issuer: 'CN=our CA' } });
  });

  it('must say what it met instead', async () => {
    expect(await observeCertificate(await listen('N'), undefined)).toMatchObject({
      failure: 'no TLS is spoken there',
    });
    server?.close();
    expect(await observeCertificate({ host: '127.0.0.1', port: 1 }, undefined)).toMatchObject({
      failure: 'ECONNREFUSED',
    });
  });
});
