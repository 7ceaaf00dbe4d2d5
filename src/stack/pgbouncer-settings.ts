/** How PgBouncer reads a setting's value; `sec` is seconds with a fraction, `flag` is 0 or 1, `file` is a path. */
export type SettingType = 'int' | 'sec' | 'flag' | 'str' | 'file' | 'pool_mode' | 'sslmode';

export interface SettingFacts {
  readonly type: SettingType;
  /** The release that brought it; 1.5 stands for 1.5 and before. */
  readonly since: string;
  /** What it takes to change it: PgBouncer ignores a reload for some, without a word. */
  readonly change: 'reload' | 'restart';
  readonly description: string;
}

type Row = readonly [type: SettingType, since: string, change: SettingFacts['change'], description: string];

/**
 * The settings of the `[pgbouncer]` section that people may set, in PgBouncer's own names.
 * Types, releases and reloadability are those of PgBouncer's main.c and `SHOW CONFIG` up to 1.26.
 */
const ROWS = {
  application_name_add_host: [
    'flag',
    '1.6',
    'reload',
    "Add the client's address and port to application_name at connect, so that Postgres's logs and views tell clients apart.",
  ],
  auth_dbname: ['str', '1.19', 'reload', 'The entry of [databases] in which auth_query is asked.'],
  auth_hba_file: [
    'file',
    '1.7',
    'reload',
    'Who may log in from where and how, in the form of pg_hba.conf, for `auth_type: hba`; relative to the settings file, and rendered as it is.',
  ],
  auth_ident_file: [
    'file',
    '1.23',
    'reload',
    'Maps of names that auth_hba_file refers to; relative to the settings file, and rendered as it is.',
  ],
  auth_query: [
    'str',
    '1.6',
    'reload',
    'The query that gives the name and stored password of a user who is not under `users`.',
  ],
  auth_user: [
    'str',
    '1.8',
    'reload',
    'The user who asks auth_query; userlist.txt then holds its password in the clear, since a hash does not log in.',
  ],
  autodb_idle_timeout: [
    'sec',
    '1.5',
    'reload',
    'Seconds after which a pool made from the `*` entry is dropped when nobody uses it.',
  ],
  cancel_wait_timeout: [
    'sec',
    '1.19',
    'reload',
    'Seconds that a cancel request waits for a free server connection.',
  ],
  client_idle_timeout: [
    'sec',
    '1.5',
    'reload',
    "Seconds after which an idle client is closed; 0 never. Should be above the client's own limits.",
  ],
  client_login_timeout: ['sec', '1.5', 'reload', 'Seconds that a client has to log in; 0 no limit.'],
  client_tls13_ciphers: ['str', '1.25', 'reload', 'Cipher suites to clients on TLS 1.3.'],
  client_tls_ca_file: ['file', '1.7', 'reload', "The certificates that clients' ones are checked by."],
  client_tls_cert_file: ['file', '1.7', 'reload', 'The certificate that clients are shown.'],
  client_tls_ciphers: ['str', '1.7', 'reload', 'Cipher suites to clients up to TLS 1.2.'],
  client_tls_dheparams: ['str', '1.7', 'reload', 'The DHE key exchange with clients.'],
  client_tls_ecdhcurve: ['str', '1.7', 'reload', 'The curve of the ECDH key exchange with clients.'],
  client_tls_key_file: ['file', '1.7', 'reload', 'The private key of client_tls_cert_file.'],
  client_tls_protocols: ['str', '1.7', 'reload', 'TLS versions for connections of clients.'],
  client_tls_sslmode: [
    'sslmode',
    '1.7',
    'reload',
    'Whether clients may or must use TLS, and what is checked; anything but disable needs a certificate and its key.',
  ],
  default_pool_size: ['int', '1.5', 'reload', 'Server connections per pair of user and database.'],
  disable_pqexec: ['flag', '1.5', 'restart', 'Refuse several statements in one simple query.'],
  dns_max_ttl: ['sec', '1.5', 'reload', 'Seconds that a DNS answer is kept.'],
  dns_nxdomain_ttl: ['sec', '1.6', 'reload', 'Seconds that a failed DNS look-up is kept.'],
  dns_zone_check_period: [
    'sec',
    '1.5',
    'reload',
    "Seconds between checks whether a DNS zone's serial changed.",
  ],
  idle_transaction_timeout: [
    'sec',
    '1.5',
    'reload',
    'Seconds that a client may sit idle in a transaction; 0 no limit.',
  ],
  ignore_startup_parameters: [
    'str',
    '1.5',
    'reload',
    'Start-up parameters to accept and drop. Without `options` in the list, PgBouncer up to 1.26.0 can be made to spin (CVE-2026-107349).',
  ],
  job_name: ['str', '1.5', 'restart', 'The name in logs.'],
  listen_backlog: [
    'int',
    '1.5',
    'restart',
    "The length of the kernel's queue of connections not yet accepted.",
  ],
  log_connections: ['flag', '1.5', 'reload', 'Log each login.'],
  log_disconnections: ['flag', '1.5', 'reload', 'Log each disconnect with its reason.'],
  log_pooler_errors: ['flag', '1.5', 'reload', 'Log the errors that PgBouncer sends to clients.'],
  log_stats: ['flag', '1.11', 'reload', 'Log totals every stats_period.'],
  login_notify_message: ['str', '1.26', 'reload', 'A notice that each client is sent at login.'],
  max_client_conn: ['int', '1.5', 'reload', 'Client connections accepted at most.'],
  max_db_client_connections: ['int', '1.24', 'reload', 'Client connections per database; 0 no limit.'],
  max_db_connections: [
    'int',
    '1.6',
    'reload',
    'Server connections per [databases] entry over all its users; 0 no limit.',
  ],
  max_packet_size: ['int', '1.5', 'reload', 'The largest packet accepted, in bytes.'],
  max_prepared_statements: [
    'int',
    '1.21',
    'reload',
    'Named prepared statements kept per server connection, which makes them work in transaction mode; 0 turns that off.',
  ],
  max_user_client_connections: ['int', '1.24', 'reload', 'Client connections per user; 0 no limit.'],
  max_user_connections: [
    'int',
    '1.6',
    'reload',
    'Server connections per user over all databases; 0 no limit.',
  ],
  min_pool_size: ['int', '1.5', 'reload', 'Server connections kept open in a pool that has clients.'],
  pkt_buf: ['int', '1.5', 'restart', 'Bytes of the buffer for packets.'],
  pool_idle_timeout: ['sec', '1.26', 'reload', 'Seconds after which an unused pool is dropped; 0 never.'],
  pool_mode: [
    'pool_mode',
    '1.5',
    'reload',
    'When a server connection goes back to the pool: after the session, the transaction, or the statement.',
  ],
  query_timeout: [
    'sec',
    '1.5',
    'reload',
    "Seconds that a query may run; 0 no limit. Prefer Postgres's statement_timeout.",
  ],
  query_wait_notify: ['int', '1.25', 'reload', 'Whole seconds of waiting after which a client is told so.'],
  query_wait_timeout: [
    'sec',
    '1.5',
    'reload',
    'Seconds that a query may wait for a server connection before its client is closed; 0 no limit.',
  ],
  reserve_pool_size: [
    'int',
    '1.5',
    'reload',
    'Extra server connections that a pool may open when clients have waited for reserve_pool_timeout.',
  ],
  reserve_pool_timeout: [
    'sec',
    '1.5',
    'reload',
    'Seconds that a client waits before the reserve is used; 0 turns the reserve off.',
  ],
  sbuf_loopcnt: [
    'int',
    '1.5',
    'reload',
    'How much data of one connection is handled before the next gets its turn.',
  ],
  scram_iterations: [
    'int',
    '1.25',
    'reload',
    'Iterations for SCRAM secrets that PgBouncer itself makes from plain passwords.',
  ],
  server_check_delay: [
    'sec',
    '1.5',
    'reload',
    'Seconds that an idle server connection is trusted without server_check_query.',
  ],
  server_check_query: [
    'str',
    '1.5',
    'reload',
    'A query that tests an idle server connection; best left out.',
  ],
  server_connect_timeout: [
    'sec',
    '1.5',
    'reload',
    'Seconds that connecting and logging in to the server may take.',
  ],
  server_fast_close: [
    'flag',
    '1.9',
    'reload',
    'In session mode, close server connections at once when their settings changed.',
  ],
  server_idle_timeout: ['sec', '1.5', 'reload', 'Seconds after which an idle server connection is closed.'],
  server_lifetime: [
    'sec',
    '1.5',
    'reload',
    'Seconds after which an unused server connection is closed, to spread load and free memory.',
  ],
  server_login_retry: [
    'sec',
    '1.5',
    'reload',
    "Seconds to wait after a failed login to the server. PgBouncer's default of 15 turns each Postgres restart into 15 seconds of outage.",
  ],
  server_reset_query: [
    'str',
    '1.5',
    'reload',
    'Sent when a session ends in session mode. Without quotes: PgBouncer takes them literally.',
  ],
  server_reset_query_always: ['flag', '1.6', 'reload', 'Send server_reset_query in every pool mode.'],
  server_round_robin: [
    'flag',
    '1.5',
    'reload',
    'Use idle server connections in turn instead of the latest first.',
  ],
  server_tls13_ciphers: ['str', '1.25', 'reload', 'Cipher suites to the server on TLS 1.3.'],
  server_tls_ca_file: ['file', '1.7', 'reload', "The certificates that the server's one is checked by."],
  server_tls_cert_file: ['file', '1.7', 'reload', 'The certificate that the server is shown.'],
  server_tls_key_file: ['file', '1.7', 'reload', 'The private key of server_tls_cert_file.'],
  server_tls_ciphers: ['str', '1.7', 'reload', 'Cipher suites to the server up to TLS 1.2.'],
  server_tls_protocols: ['str', '1.7', 'reload', 'TLS versions for connections to the server.'],
  server_tls_sslmode: [
    'sslmode',
    '1.7',
    'reload',
    'Whether connections to the server may or must use TLS, and what is checked.',
  ],
  stats_period: ['int', '1.5', 'reload', 'Whole seconds that averages are taken over.'],
  tcp_defer_accept: [
    'int',
    '1.5',
    'reload',
    'Wake up for a connection only when its first data is there (Linux).',
  ],
  tcp_keepalive: ['flag', '1.5', 'reload', 'Turn on TCP keepalive.'],
  tcp_keepcnt: ['int', '1.5', 'reload', "Lost keepalive probes before a connection is dead; 0 the system's."],
  tcp_keepidle: ['int', '1.5', 'reload', "Seconds of silence before the first probe; 0 the system's."],
  tcp_keepintvl: ['int', '1.5', 'reload', "Seconds between probes; 0 the system's."],
  tcp_socket_buffer: ['int', '1.5', 'reload', "Bytes of the kernel's socket buffers; 0 the system's."],
  tcp_user_timeout: [
    'int',
    '1.13',
    'reload',
    "Milliseconds that sent data may stay unacknowledged; 0 the system's.",
  ],
  track_extra_parameters: ['str', '1.20', 'restart', 'Further parameters to keep per client.'],
  transaction_timeout: ['sec', '1.25', 'reload', 'Seconds that a transaction may take; 0 no limit.'],
} as const satisfies Record<string, Row>;

export type SettingName = keyof typeof ROWS;

export const SETTING_NAMES = Object.keys(ROWS) as readonly SettingName[];

export function settingFacts(name: SettingName): SettingFacts {
  const [type, since, change, description] = ROWS[name];
  return { type, since, change, description };
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(ROWS, name);
}

/** Settings of PgBouncer that are not for people to set here, each with the reason and the way that there is. */
export const OWNED_SETTINGS: Readonly<Record<string, string>> = {
  admin_users: 'comes from the users with `role: admin`',
  stats_users: 'comes from the users with `role: stats`',
  auth_file: 'is the userlist.txt that ecar-pool renders',
  conffile: 'is the pgbouncer.ini that ecar-pool renders',
  listen_addr: 'is every address of the container; `bind` says where the host publishes it',
  listen_port:
    'is called `port` here, because one number serves the ini, the mapping, the health check and the app',
  logfile: 'stays unset: in a container the log goes to stderr, where Docker keeps and rotates it',
  syslog: 'stays off: in a container the log goes to stderr',
  syslog_facility: 'stays unset: in a container the log goes to stderr',
  syslog_ident: 'stays unset: in a container the log goes to stderr',
  pidfile: 'stays unset: in a container a left-over pid file would stop the next start for ever',
  unix_socket_dir: 'stays empty: the container is read-only and is reached over TCP',
  unix_socket_group: 'has no use: there is no unix socket',
  unix_socket_mode: 'has no use: there is no unix socket',
  user: 'has no use: the container never runs as root',
  verbose: 'stays 0: above that PgBouncer writes stored secrets to its log',
  suspend_timeout: 'is gone since PgBouncer 1.26, which does not start with it',
  service_name: 'is for Windows only',
  auth_ldap_options: 'belongs to a way of logging in that ecar-pool does not render yet',
  peer_id: 'has no use: one process of PgBouncer has no peers',
  so_reuseport: 'has no use: one process of PgBouncer has the port for itself',
  resolv_conf: "stays unset: the container has Docker's own",
};
