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
 * Whether these authorities vouch for a certificate as PgBouncer and libpq ask it: by a chain up to one of them that has
 * signed itself, since neither has OpenSSL stop at one in between (X509_V_FLAG_PARTIAL_CHAIN).
 * @param chain the certificate, and what lies with it
 */
export function isVouchedFor(
  [first, ...beside]: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): boolean {
  const leads = (certificate: X509Certificate, left: readonly X509Certificate[]): boolean =>
    isSelfSigned(certificate)
      ? authorities.some((one) => one.raw.equals(certificate.raw))
      : left.some(
          (issuer) =>
            hasIssued(issuer, certificate) &&
            leads(
              issuer,
              left.filter((other) => other !== issuer),
            ),
        );
  return first !== undefined && leads(first, [...authorities, ...beside]);
}

/** Whether a certificate is at the top of its chain. */
export function isSelfSigned(certificate: X509Certificate): boolean {
  return hasIssued(certificate, certificate);
}

/** What a certificate may be for, by its object identifier. */
const USAGES = { client: '1.3.6.1.5.5.7.3.2', server: '1.3.6.1.5.5.7.3.1' } as const;

/**
 * Whether a client or a server may show a certificate, as far as that says what it is for (RFC 5280, 4.2.1.12). OpenSSL
 * takes `anyExtendedKeyUsage` for none of the two.
 */
export function mayBeShownBy({ keyUsage }: X509Certificate, side: 'client' | 'server'): boolean {
  // What Node calls so is the extended one; there is none where a certificate does not say.
  const said: readonly string[] | undefined = keyUsage;
  return said === undefined || said.includes(USAGES[side]);
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
