import { isIP } from 'node:net';
import { DOCKER_HOST } from '../../stack/docker-host.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';

const SIDES = ['client', 'server'] as const;

/** What `*_tls_protocols` may list, `!` before it or not (tls_config_parse_protocols in PgBouncer's libusual). */
const PROTOCOL = /^!?(?:all|secure|tlsv1(?:\.[0-3])?)$/i;

/** Modes of TLS, the files that they need, and what may be negotiated. */
export function checkTls(
  settings: Pick<Settings, 'pgbouncer' | 'postgres' | 'databases' | 'users'>,
  found: Findings,
): void {
  const given: Given = settings.pgbouncer;
  checkFiles(given, found);
  checkClients(settings.pgbouncer.auth_type, given, found);
  checkServers(settings, given, found);
  checkProbes(settings, found);
  for (const side of SIDES) checkProtocols(`${side}_tls_protocols`, given, found);
  for (const [name, { sslcert, sslkey }] of Object.entries(settings.users))
    if ((sslcert === undefined) !== (sslkey === undefined))
      found.key(
        'no-certificate',
        ['users', name],
        `\`users.${name}\` has ${sslcert === undefined ? '`sslkey` without `sslcert`' : '`sslcert` without `sslkey`'}`,
        'add the other one, or remove both',
      );
}

type Given = Readonly<Record<string, unknown>>;

/** Without its certificate PgBouncer does not start; one without its key it cannot show. */
function checkFiles(given: Given, found: Findings): void {
  const mode = given['client_tls_sslmode'] ?? 'disable';
  for (const name of ['client_tls_cert_file', 'client_tls_key_file'])
    if (mode !== 'disable' && given[name] === undefined)
      found.value(
        'no-certificate',
        ['pgbouncer', 'client_tls_sslmode'],
        `\`client_tls_sslmode: ${String(mode)}\` needs ${name}, and there is none`,
        `add \`${name}: PATH\`, or write disable`,
      );
  const [cert, key] = ['server_tls_cert_file', 'server_tls_key_file'] as const;
  const lone = given[key] === undefined ? cert : key;
  if ((given[cert] === undefined) !== (given[key] === undefined))
    found.value(
      'no-certificate',
      ['pgbouncer', lone],
      `\`${lone}\` is of no use without ${lone === cert ? key : cert}`,
      `add \`${lone === cert ? key : cert}: PATH\`, or remove it`,
    );
  if (mode === 'disable' && given['client_tls_cert_file'] !== undefined)
    found.doubt(
      'tls-unused',
      ['pgbouncer', 'client_tls_cert_file'],
      'clients are offered no TLS: `client_tls_sslmode` is disable unless set',
      'add `client_tls_sslmode: require`',
    );
}

function checkClients(authType: string, given: Given, found: Findings): void {
  const mode = String(given['client_tls_sslmode'] ?? 'disable');
  if (mode.startsWith('verify-') && given['client_tls_ca_file'] === undefined)
    found.value(
      'no-client-ca',
      ['pgbouncer', 'client_tls_sslmode'],
      `\`client_tls_sslmode: ${mode}\` asks clients for certificates, and no client_tls_ca_file says whose count`,
      'add `client_tls_ca_file: PATH`, or write require, which asks for none',
    );
  if (authType === 'cert' && mode !== 'verify-full')
    found.value(
      'cert-needs-verify-full',
      ['pgbouncer', 'auth_type'],
      '`auth_type: cert` needs `client_tls_sslmode: verify-full`',
      'add it, with client_tls_cert_file, client_tls_key_file and client_tls_ca_file',
    );
}

/** PgBouncer asks who proves that it works for a certificate, as it asks everyone. */
function checkProbes({ pgbouncer, users }: Pick<Settings, 'pgbouncer' | 'users'>, found: Findings): void {
  const mode = String((pgbouncer as Given)['client_tls_sslmode']);
  if (mode.startsWith('verify-') && Object.values(users).every(({ sslcert }) => sslcert === undefined))
    found.doubt(
      'no-client-certificate',
      ['pgbouncer', 'client_tls_sslmode'],
      `\`client_tls_sslmode: ${mode}\` asks \`verify\` and the exporter for a certificate, and no user has one`,
      'add `sslcert: PATH` and `sslkey: PATH` to the users',
    );
}

function checkServers(
  { postgres, databases }: Pick<Settings, 'postgres' | 'databases'>,
  given: Given,
  found: Findings,
): void {
  const mode = String(given['server_tls_sslmode'] ?? 'prefer');
  const isVerified = mode.startsWith('verify-');
  const at: Path = ['pgbouncer', 'server_tls_sslmode'];
  if (isVerified && given['server_tls_ca_file'] === undefined)
    found.doubt(
      'no-server-ca',
      at,
      `\`server_tls_sslmode: ${mode}\` goes by the certificate authorities of the image, if it has any: there is no server_tls_ca_file`,
      'add `server_tls_ca_file: PATH` with the one that signed the certificate of Postgres',
    );
  if (!isVerified && given['server_tls_ca_file'] !== undefined)
    found.doubt(
      'tls-unused',
      ['pgbouncer', 'server_tls_ca_file'],
      `the certificate of Postgres is not checked: \`server_tls_sslmode\` is ${mode}`,
      'write `server_tls_sslmode: verify-full`',
    );
  if ((isVerified || mode === 'require') && postgres.image !== undefined && !speaksTls(postgres.settings))
    found.doubt(
      'server-without-tls',
      at,
      `\`server_tls_sslmode: ${mode}\` asks the Postgres of the stack for TLS, which its image does not speak by itself`,
      'remove the line: what the two say stays in the network of the stack',
    );
  if (mode !== 'verify-full') return;
  const servers: [Path, string][] = [
    ...(postgres.host === undefined ? [] : [[['postgres', 'host'], postgres.host] as [Path, string]]),
    ...Object.entries(databases).flatMap(([name, { host = '' }]) =>
      host.split(',').map((one): [Path, string] => [['databases', name, 'host'], one]),
    ),
  ];
  for (const [path, host] of servers)
    if (host === DOCKER_HOST || isIP(host) !== 0)
      found.doubt(
        'unverifiable-host',
        path,
        `verify-full looks for ${host} in the certificate of Postgres, which rarely names that`,
        'give the host by a name that the certificate has, or write verify-ca',
      );
}

function speaksTls(settings: Settings['postgres']['settings']): boolean {
  return /^(?:on|true|yes|1)$/i.test(String(settings['ssl'] ?? 'off'));
}

function checkProtocols(name: string, given: Given, found: Findings): void {
  const value = given[name];
  if (typeof value !== 'string') return;
  const words = value.split(/[,:]/);
  const unknown = words.find((word) => !PROTOCOL.test(word));
  if (unknown !== undefined)
    found.value(
      'tls-protocols',
      ['pgbouncer', name],
      `${JSON.stringify(unknown)} is no version of TLS to PgBouncer, which does not start`,
      'write secure, all, or some of tlsv1.0, tlsv1.1, tlsv1.2 and tlsv1.3 with commas',
    );
  else if (words.some((word) => /^(?:all|tlsv1(?:\.[01])?)$/i.test(word)))
    found.doubt(
      'weak-tls',
      ['pgbouncer', name],
      `\`${name}: ${value}\` lets in TLS 1.0 or 1.1, which are broken`,
      'remove the line: secure, the default, is TLS 1.2 and 1.3',
    );
}
