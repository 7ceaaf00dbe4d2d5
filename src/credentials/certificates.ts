import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN (?:\w+ )?PRIVATE KEY-----[\s\S]*?-----END (?:\w+ )?PRIVATE KEY-----/;

/** The certificates of a PEM file in its order, as OpenSSL reads one: what else is in it is passed over. Undefined where one is broken. */
export function readCertificates(text: string): readonly X509Certificate[] | undefined {
  try {
    return (text.match(CERTIFICATE) ?? []).map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** The private key of a PEM file; `locked` where it is behind a passphrase, undefined where there is none, or a broken one. */
export function readPrivateKey(text: string): KeyObject | 'locked' | undefined {
  const [block] = PRIVATE_KEY.exec(text) ?? [];
  if (block === undefined) return undefined;
  // PKCS#8 says so in its label, the older form in a header (RFC 1421).
  if (/BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(block)) return 'locked';
  try {
    return createPrivateKey(block);
  } catch {
    return undefined;
  }
}

/** From when to when a certificate holds, in milliseconds of the epoch; both moments are in it (RFC 5280, 4.1.2.5). */
export function validityOf({ validFrom, validTo }: X509Certificate): { from: number; to: number } {
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
}

/** The common name of whom a certificate is for; undefined where it has none. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  const name: unknown = certificate.toLegacyObject().subject?.CN;
  return typeof name === 'string' ? name : undefined;
}

/** The first certificate of a chain that the next one has not signed; undefined where each has. */
export function findBreak(chain: readonly X509Certificate[]): X509Certificate | undefined {
  return chain.find((certificate, index) => {
    const next = chain[index + 1];
    return next !== undefined && !hasIssued(next, certificate);
  });
}

/**
 * Whether one of these authorities vouches for a certificate, directly or by way of others that stand behind it.
 * @param chain the certificate, and what lies with it
 */
export function isVouchedFor(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): boolean {
  const [first] = chain;
  const left = new Set(chain);
  for (let current = first; current !== undefined; ) {
    const certificate: X509Certificate = current;
    left.delete(certificate);
    if (authorities.some((one) => one.raw.equals(certificate.raw) || hasIssued(one, certificate)))
      return true;
    current = [...left].find((other) => hasIssued(other, certificate));
  }
  return false;
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
