import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';
import type { Identity } from '../stack/stack.ts';

/** What a client is shown before it logs in, by PgBouncer or by Postgres. */
export interface ShownCertificate {
  /** As OpenSSL calls it: TLSv1.3. */
  readonly protocol: string;
  readonly subject: string;
  readonly issuer: string;
  /** The first and the last moment that it holds, in milliseconds of the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  readonly fingerprint256: string;
}

/** SSLRequest (Message Formats in Postgres's manual): its length and 80877103; the answer is one byte. */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

const LIMIT_MS = 5000;

/**
 * Asks for TLS as libpq does, and looks at what comes. No password is sent, and nothing
 * is trusted. A failure tells why nothing could be seen; never rejects.
 * @param identity what to show where PgBouncer asks for it: up to TLS 1.2 it shows nothing before
 */
export async function observeCertificate(
  address: { readonly host: string; readonly port: number },
  identity: Identity | undefined,
): Promise<{ readonly ms: number } & ({ readonly value: ShownCertificate } | { readonly failure: string })> {
  const began = performance.now();
  const took = () => Math.round(performance.now() - began);
  const signal = AbortSignal.timeout(LIMIT_MS);
  const socket = connect({ ...address, signal });
  try {
    const value = await handshake(socket, identity, signal);
    return { value, ms: took() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { failure: signal.aborted ? 'no answer in time' : (code ?? message), ms: took() };
  } finally {
    socket.destroy();
  }
}

async function handshake(
  socket: Socket,
  identity: Identity | undefined,
  signal: AbortSignal,
): Promise<ShownCertificate> {
  await once(socket, 'connect', { signal });
  socket.write(SSL_REQUEST);
  const [answer]: Buffer[] = await once(socket, 'data', { signal });
  if (answer?.toString() !== 'S') throw new Error('no TLS is spoken there');
  const shown = identity && { cert: identity.sslcert, key: identity.sslkey.reveal() };
  const stream = secure({ socket, rejectUnauthorized: false, ...shown });
  try {
    await once(stream, 'secureConnect', { signal });
    const certificate = stream.getPeerX509Certificate();
    if (certificate === undefined) throw new Error('it showed none');
    return {
      protocol: stream.getProtocol() ?? 'unknown',
      subject: certificate.subject.replaceAll('\n', ', '),
      issuer: certificate.issuer.replaceAll('\n', ', '),
      validFrom: Date.parse(certificate.validFrom),
      validTo: Date.parse(certificate.validTo),
      fingerprint256: certificate.fingerprint256,
    };
  } finally {
    // What is said of a client that leaves is of no interest.
    stream.on('error', () => {});
    stream.destroy();
  }
}
