import type { KeyObject, X509Certificate } from 'node:crypto';
import {
  commonNameOf,
  findBreak,
  isSelfSigned,
  isVouchedFor,
  mayBeShownBy,
  readCertificates,
  readPrivateKey,
  validityOf,
} from '../../credentials/certificates.ts';
import type { Findings } from '../finding.ts';
import { dotted, type Path } from '../tree.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Renewed by then as a rule: ACME clients renew 30 days before the end. */
const SOON_DAYS = 30;

/** A file as the settings name it. */
export interface NamedText {
  /** As people know it: the way to it from where they are. */
  readonly name: string;
  readonly text: string;
}

/** The texts that settings name, by the dotted path of the setting. */
export type NamedTexts = ReadonlyMap<string, NamedText>;

/** Whom certificates are for, as far as the settings tell. */
interface Who {
  readonly pgbouncer: Readonly<Record<string, unknown>>;
  readonly users: readonly string[];
}

/** What is in them, so far as it can be read. */
interface Pair {
  readonly certificates: readonly X509Certificate[];
  readonly at: Path;
}

/**
 * What is wrong with certificates and keys: PgBouncer would not start, or nobody could connect.
 * @param now in milliseconds of the epoch
 */
export function checkCertificates(
  { pgbouncer, users }: Who,
  texts: NamedTexts,
  now: number,
  found: Findings,
): void {
  const check = new CertificateCheck(texts, now, found);
  const own = check.pair(['pgbouncer', 'client_tls_cert_file'], ['pgbouncer', 'client_tls_key_file']);
  if (own !== undefined) check.usage(own, 'server');
  const shown = check.pair(['pgbouncer', 'server_tls_cert_file'], ['pgbouncer', 'server_tls_key_file']);
  if (shown !== undefined) check.usage(shown, 'client');
  const isAsked = (side: string) => /^verify-/.test(String(pgbouncer[`${side}_tls_sslmode`]));
  check.authorities(['pgbouncer', 'server_tls_ca_file'], isAsked('server'));
  const authorities = check.authorities(['pgbouncer', 'client_tls_ca_file'], isAsked('client'));
  for (const user of users) {
    const pair = check.pair(['users', user, 'sslcert'], ['users', user, 'sslkey']);
    if (pair === undefined) continue;
    if (authorities !== undefined) check.signature(pair, authorities);
    check.usage(pair, 'client');
    if (pgbouncer['auth_type'] === 'cert') check.name(pair, user);
  }
}

class CertificateCheck {
  readonly #texts: NamedTexts;
  readonly #now: number;
  readonly #found: Findings;

  constructor(texts: NamedTexts, now: number, found: Findings) {
    this.#texts = texts;
    this.#now = now;
    this.#found = found;
  }

  /** A certificate, those behind it, and its key. */
  pair(at: Path, keyAt: Path): Pair | undefined {
    const certificates = this.#read(at);
    for (const certificate of certificates ?? []) this.#checkDates(certificate, at);
    const key = this.#readKey(keyAt);
    const [first] = certificates ?? [];
    if (certificates === undefined || first === undefined) return undefined;
    if (key !== undefined && !first.checkPrivateKey(key))
      this.#found.value(
        'certificate-key',
        keyAt,
        `the key in ${this.#nameAt(keyAt)} is not that of the certificate in ${this.#nameAt(at)}`,
        'name the two that were made together; a renewed certificate may have come with a new key',
      );
    const before = findBreak(certificates);
    if (before !== undefined)
      this.#found.doubt(
        'certificate-chain',
        at,
        `the certificate of ${subjectOf(before)} in ${this.#nameAt(at)} is not signed by the one below it`,
        'put the certificate first, then the one that signed it, and so on',
      );
    return { certificates, at };
  }

  /**
   * Those whose word counts; one that is to take over stands beside the one that is about to expire, or has.
   * @param isAsked whether no connection is made without it
   * @returns undefined where there are none, or none that could vouch for anybody
   */
  authorities(at: Path, isAsked: boolean): readonly X509Certificate[] | undefined {
    const certificates = this.#read(at);
    const [latest] = [...(certificates ?? [])].sort((a, b) => validityOf(b).to - validityOf(a).to);
    if (latest !== undefined) this.#checkDates(latest, at);
    if (certificates !== undefined && !certificates.some(({ ca }) => ca) && certificates.length > 0)
      this.#found.doubt(
        'not-an-authority',
        at,
        `no certificate in ${this.#nameAt(at)} may sign others, so that it vouches for itself at most`,
        'name the file of the authority, often ca.crt or root.crt',
      );
    if (!certificates?.some(({ ca }) => ca) || certificates.some(isSelfSigned)) return certificates;
    this.#found[isAsked ? 'forbid' : 'doubt'](
      'ca-without-root',
      at,
      `each certificate in ${this.#nameAt(at)} is signed by another one that is not there, and PgBouncer follows a chain to its end`,
      'add the root, whose subject and issuer are the same: cat intermediate.crt root.crt >ca.crt',
    );
    return undefined;
  }

  signature({ certificates, at }: Pair, authorities: readonly X509Certificate[]): void {
    if (isVouchedFor(certificates, authorities)) return;
    this.#found.forbid(
      'certificate-signer',
      at,
      `the certificate in ${this.#nameAt(at)} is not signed by an authority of client_tls_ca_file`,
      'name the authority that signed it there, or have it signed by that one',
    );
  }

  /** What a user shows is refused for sure; what PgBouncer shows only where somebody looks. */
  usage({ certificates: [first], at }: Pair, side: 'client' | 'server'): void {
    if (first === undefined || mayBeShownBy(first, side)) return;
    const usage = `${side}Auth`;
    this.#found[at[0] === 'users' ? 'forbid' : 'doubt'](
      'certificate-usage',
      at,
      `the certificate in ${this.#nameAt(at)} says what it is for (extendedKeyUsage), and ${usage} is not among it`,
      `have one made with extendedKeyUsage=${usage}`,
    );
  }

  /** PgBouncer compares the common name and nothing else (cert in its auth_type). */
  name({ certificates: [first], at }: Pair, user: string): void {
    const name = first && commonNameOf(first);
    if (name !== user)
      this.#found.forbid(
        'certificate-name',
        at,
        `the certificate in ${this.#nameAt(at)} is for CN=${name ?? ''}, and under \`auth_type: cert\` ${user} needs CN=${user}`,
        'have one made with that common name',
      );
  }

  #read(at: Path): readonly X509Certificate[] | undefined {
    const named = this.#texts.get(dotted(at));
    if (named === undefined) return undefined;
    const certificates = readCertificates(named.text);
    if (certificates === undefined || certificates.length === 0) {
      const instead = readPrivateKey(named.text) === undefined ? '' : ', but a private key';
      const hint =
        instead === '' ? 'convert it: openssl x509 -in FILE -out FILE.pem' : 'name the certificate';
      this.#found.value('not-pem', at, `${named.name} holds no certificate in PEM${instead}`, hint);
      return undefined;
    }
    return certificates;
  }

  #readKey(at: Path): KeyObject | undefined {
    const named = this.#texts.get(dotted(at));
    const key = named && readPrivateKey(named.text);
    if (named === undefined) return undefined;
    if (key !== undefined && key !== 'locked') return key;
    if (key === 'locked')
      this.#found.value(
        'locked-key',
        at,
        `the key in ${named.name} is behind a passphrase, for which nobody can be asked`,
        `write it without one, for your eyes only: umask 077; openssl pkey -in ${named.name} -out FILE`,
      );
    else {
      const instead = readCertificates(named.text)?.length ? ', but a certificate' : '';
      const hint = instead === '' ? 'convert it: openssl pkey -in FILE -out FILE.pem' : 'name the key';
      this.#found.value('not-pem', at, `${named.name} holds no private key in PEM${instead}`, hint);
    }
    return undefined;
  }

  #checkDates(certificate: X509Certificate, at: Path): void {
    const { from, to } = validityOf(certificate);
    const what = `the certificate of ${subjectOf(certificate)} in ${this.#nameAt(at)}`;
    const day = (moment: number) => new Date(moment).toISOString().slice(0, 10);
    if (this.#now > to)
      this.#found.expire(at, `${what} expired on ${day(to)}`, 'renew it, render, and reload PgBouncer');
    else if (this.#now < from)
      this.#found.expire(
        at,
        `${what} does not hold before ${day(from)}`,
        "wait until then, or see whether this machine's clock is right",
      );
    else if (to - this.#now < SOON_DAYS * DAY_MS)
      this.#found.doubt(
        'certificate-expires',
        at,
        `${what} expires on ${day(to)}, in ${Math.floor((to - this.#now) / DAY_MS)} days`,
        'renew it, render, and reload PgBouncer',
      );
  }

  #nameAt(at: Path): string {
    return this.#texts.get(dotted(at))?.name ?? '';
  }
}

function subjectOf(certificate: X509Certificate): string {
  return commonNameOf(certificate) ?? certificate.subject.replaceAll('\n', ', ');
}
