import { type Row, SSL_MODES } from './row.ts';

/** What came with TLS itself, in 1.7; 1.25 brought the suites of TLS 1.3. */
const since = '1.7';

/** TLS to clients and to the server. */
export const TLS = {
  client_tls13_ciphers: {
    type: 'str',
    default: '',
    since: '1.25',
    description: 'Cipher suites to clients on TLS 1.3.',
  },
  client_tls_ca_file: {
    type: 'file',
    default: '',
    since,
    description: "The certificates that clients' ones are checked by.",
  },
  client_tls_cert_file: {
    type: 'file',
    default: '',
    since,
    description: 'The certificate that clients are shown.',
  },
  client_tls_ciphers: {
    type: 'str',
    default: 'default',
    before: { '1.21': 'fast' },
    since,
    description: 'Cipher suites to clients up to TLS 1.2.',
  },
  client_tls_dheparams: {
    type: 'str',
    default: 'auto',
    since,
    description: 'The DHE key exchange with clients.',
  },
  client_tls_ecdhcurve: {
    type: 'str',
    default: 'auto',
    since,
    description: 'The curve of the ECDH key exchange with clients.',
  },
  client_tls_key_file: {
    type: 'file',
    default: '',
    since,
    description: 'The private key of client_tls_cert_file.',
  },
  client_tls_protocols: {
    type: 'str',
    default: 'secure',
    before: { '1.13': 'all' },
    since,
    description: 'TLS versions for connections of clients.',
  },
  client_tls_sslmode: {
    type: 'enum',
    words: SSL_MODES,
    default: 'disable',
    since,
    description:
      'Whether clients may or must use TLS, and what is checked; anything but disable needs a certificate and its key.',
  },
  server_tls13_ciphers: {
    type: 'str',
    default: '',
    since: '1.25',
    description: 'Cipher suites to the server on TLS 1.3.',
  },
  server_tls_ca_file: {
    type: 'file',
    default: '',
    since,
    description: "The certificates that the server's one is checked by.",
  },
  server_tls_cert_file: {
    type: 'file',
    default: '',
    since,
    description: 'The certificate that the server is shown.',
  },
  server_tls_ciphers: {
    type: 'str',
    default: 'default',
    before: { '1.21': 'fast' },
    since,
    description: 'Cipher suites to the server up to TLS 1.2.',
  },
  server_tls_key_file: {
    type: 'file',
    default: '',
    since,
    description: 'The private key of server_tls_cert_file.',
  },
  server_tls_protocols: {
    type: 'str',
    default: 'secure',
    before: { '1.13': 'all' },
    since,
    description: 'TLS versions for connections to the server.',
  },
  server_tls_sslmode: {
    type: 'enum',
    words: SSL_MODES,
    default: 'prefer',
    before: { '1.20': 'disable' },
    since,
    description: 'Whether connections to the server may or must use TLS, and what is checked.',
  },
} as const satisfies Record<string, Row>;
