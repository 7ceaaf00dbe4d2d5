import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate and its private key, as PEM. */
export interface Identity {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
  readonly keyObject: KeyObject;
}

interface Wish {
  /** Names and addresses that it is for. Default: none. */
  readonly hosts?: readonly string[];
  /** Whose signature it bears. Default: its own. */
  readonly issuer?: Identity;
  readonly isAuthority?: boolean;
  /** What it says that it is for; it says nothing by default. */
  readonly usages?: readonly (keyof typeof USAGES)[];
  /** Days from now, negative ones ago. Default: from a day ago for a year. */
  readonly from?: number;
  readonly to?: number;
}

const USAGES = { serverAuth: '2b06010505070301', clientAuth: '2b06010505070302', any: '551d2500' } as const;

const DAY_MS = 24 * 60 * 60 * 1000;
let serial = Date.now();

/** Makes a certificate by X.509 v3 (RFC 5280) on the curve P-256, so that dates may be any and nothing must be installed. */
export function makeIdentity(name: string, wish: Wish = {}): Identity {
  const { hosts = [], issuer, isAuthority = false, usages = [], from = -1, to = 365 } = wish;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    ...(isAuthority ? [extension('551d13', seq(Buffer.from('0101ff', 'hex')))] : []),
    ...(usages.length === 0
      ? []
      : [extension('551d25', seq(...usages.map((usage) => der(0x06, Buffer.from(USAGES[usage], 'hex')))))]),
    ...(hosts.length === 0 ? [] : [extension('551d11', seq(...hosts.map(generalName)))]),
  ];
  serial += 1;
  const signed = seq(
    der(0xa0, integer(2)),
    integer(serial),
    ECDSA_WITH_SHA256,
    distinguishedName(issuer?.name ?? name),
    seq(time(from), time(to)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, seq(...extensions))]),
  );
  const signature = sign('sha256', signed, issuer?.keyObject ?? privateKey);
  const whole = seq(signed, ECDSA_WITH_SHA256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    name,
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    keyObject: privateKey,
  };
}

/** An authority that signs others. */
export function makeAuthority(name: string, wish: Omit<Wish, 'isAuthority'> = {}): Identity {
  return makeIdentity(name, { ...wish, isAuthority: true });
}

/** The same key behind a passphrase. */
export function lockKey({ keyObject }: Identity, passphrase: string): string {
  return String(keyObject.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }));
}

const ECDSA_WITH_SHA256 = seq(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));

function distinguishedName(name: string): Buffer {
  const commonName = seq(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(name)));
  return seq(der(0x31, commonName));
}

function extension(oid: string, value: Buffer): Buffer {
  return seq(der(0x06, Buffer.from(oid, 'hex')), der(0x04, value));
}

function generalName(host: string): Buffer {
  const isAddress = /^[\d.]+$/.test(host);
  return isAddress ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
}

function time(days: number): Buffer {
  const text = new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(text));
}

function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return der(0x02, (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function seq(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

/** Tag, length, value (X.690). */
function der(tag: number, value: Buffer): Buffer {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, value]);
}
