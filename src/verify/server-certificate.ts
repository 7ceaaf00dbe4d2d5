import { X509Certificate } from 'node:crypto';
import { execArgv } from '../docker/argv.ts';
import type { Docker } from '../docker/docker.ts';
import { observeCertificate, type ShownCertificate } from '../docker/shown-certificate.ts';
import type { Stack } from '../stack/stack.ts';
import type { Cause } from './causes.ts';
import { type Evidence, findPgbouncer, seen } from './evidence.ts';
import type { Target } from './subject.ts';

/** All that PgBouncer logs of a certificate that does not pass, whatever is wrong with it. */
const REFUSED = /TLS handshake error: handshake failed: [^\n]*certificate verify failed/;

/**
 * Looks at what Postgres shows where PgBouncer refused it: at the address that its container knows for the host, which
 * this machine reaches as well unless docker runs elsewhere. Undefined where there was no such refusal.
 */
export async function observeServerCertificate(
  docker: Docker,
  { stack: { postgres } }: Target,
  evidence: Evidence,
  log: string,
): Promise<Evidence['aftermath']['serverCertificate']> {
  const container = findPgbouncer(evidence);
  if (container === undefined || !REFUSED.test(log)) return undefined;
  const { stdout } = await docker.call(execArgv(container.name, 'getent', 'hosts', postgres.host));
  const host = stdout.split(/\s/)[0] || postgres.host;
  return observeCertificate({ host, port: postgres.port }, undefined);
}

/** The cause in the words of the certificate itself, where it is that of the stack's server and could be looked at. */
export function narrowCause(
  cause: Cause | undefined,
  { serverCertificate }: Evidence['aftermath'],
  stack: Stack,
  database: string,
  now: number,
): Cause | undefined {
  const shown = serverCertificate && seen(serverCertificate);
  if (cause?.id !== 'server-certificate' || shown === undefined) return cause;
  const { host, port } = stack.databases.find(({ name }) => name === database) ?? stack.postgres;
  if (host !== stack.postgres.host || port !== stack.postgres.port) return cause;
  return { ...cause, ...describe(shown, stack, now) };
}

function describe(
  { validFrom, validTo, issuer }: ShownCertificate,
  { pgbouncer: { files } }: Stack,
  now: number,
): Pick<Cause, 'cause' | 'fix'> {
  const day = (moment: number) => new Date(moment).toISOString().slice(0, 10);
  const renew = 'renew it there: the new one in ssl_cert_file, then a reload of Postgres';
  if (now > validTo) return { cause: `The certificate of Postgres expired on ${day(validTo)}`, fix: renew };
  if (now < validFrom)
    return {
      cause: `The certificate of Postgres does not hold before ${day(validFrom)}`,
      fix: "wait until then, or see whether this machine's clock is right",
    };
  const authority = files.get('server_tls_ca_file');
  const known =
    authority === undefined
      ? 'any authority that the image knows'
      : `the authority of server_tls_ca_file, ${new X509Certificate(authority).subject.replaceAll('\n', ', ')}`;
  return {
    cause: `The certificate of Postgres is signed by ${issuer}, and not by ${known}`,
    fix: `name the certificate of ${issuer} with server_tls_ca_file, if that is to be trusted; run {render}, then {reload}`,
  };
}
