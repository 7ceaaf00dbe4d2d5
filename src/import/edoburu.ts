import { looksLikeStoredSecret } from '../credentials/stored-secret.ts';
import { isSettingName } from '../stack/pgbouncer-settings.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry, PoolerConfig, UserLine } from './pooler-config.ts';
import type { ServiceVariable } from './service-environment.ts';

/** Settings that the entrypoint takes from a variable of the same name, if it is set. */
const SETTINGS =
  'auth_hba_file auth_user auth_query auth_dbname pool_mode max_client_conn default_pool_size min_pool_size reserve_pool_size reserve_pool_timeout max_db_connections max_user_connections server_round_robin disable_pqexec application_name_add_host max_prepared_statements log_connections log_disconnections log_pooler_errors log_stats stats_period verbose stats_users logfile server_reset_query server_reset_query_always server_check_delay server_check_query server_lifetime server_idle_timeout server_connect_timeout server_login_retry client_login_timeout autodb_idle_timeout dns_max_ttl dns_nxdomain_ttl client_tls_sslmode client_tls_key_file client_tls_cert_file client_tls_ca_file client_tls_protocols client_tls_ciphers client_tls_ecdhcurve client_tls_dheparams server_tls_sslmode server_tls_ca_file server_tls_key_file server_tls_cert_file server_tls_protocols server_tls_ciphers query_timeout query_wait_timeout client_idle_timeout idle_transaction_timeout pkt_buf max_packet_size listen_backlog sbuf_loopcnt suspend_timeout tcp_defer_accept tcp_keepalive tcp_keepcnt tcp_keepidle tcp_keepintvl tcp_user_timeout'.split(
    ' ',
  );

/** Settings that it writes in any case, with what it puts where the variable is not set. */
const ALWAYS: Readonly<Record<string, string>> = {
  listen_addr: '0.0.0.0',
  listen_port: '5432',
  unix_socket_dir: '',
  auth_type: 'md5',
  ignore_startup_parameters: 'extra_float_digits',
  admin_users: 'postgres',
};

/** Keys of an entry of [databases] that it takes from variables. */
const ENTRY_KEYS = ['client_encoding', 'timezone', 'pool_size'];

const OTHERS = [
  'DATABASE_URL',
  'DATABASE_URLS',
  'AUTH_FILE',
  'ADMIN_PASSWORDS',
  'STATS_PASSWORDS',
  'ADMIN_PASSWORD',
];
const CONNECTION = ['DB_HOST', 'DB_PORT', 'DB_USER', 'DB_PASSWORD', 'DB_NAME'];

/** What newer entrypoints may make more entries and users of: without these the pool would be another one. */
const OF_NEWER_IMAGE = /^(?:POOLS?|USERS?|DATABASES?|DBS?)_./;

type Variables = ReadonlyMap<string, ServiceVariable>;

interface Connection {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

/**
 * What the entrypoint of edoburu/pgbouncer makes of its environment
 * (https://github.com/edoburu/docker-pgbouncer/blob/master/entrypoint.sh): one entry with `auth_user`, and a user.
 * @param service where the service is, for what is not set at all
 */
export function readEdoburu(
  variables: Variables,
  service: ServiceVariable['at'],
  losses: Losses,
): PoolerConfig {
  listIgnored(variables, losses);
  const entries: ConfigEntry[] = [];
  const users: UserLine[] = [];
  const given = (name: string) => {
    const found = variables.get(name);
    return found?.value ? found : undefined;
  };
  for (const { connection, at } of readConnections(given, service, losses)) {
    const { host, port, user, password, name } = connection;
    const keys = ENTRY_KEYS.map((key) => [key, given(key.toUpperCase())?.value] as const);
    const value = [['host', host], ['port', port], ['auth_user', user || 'postgres'], ...keys]
      .flatMap(([key, text]) => (text ? `${key}=${text}` : []))
      .join(' ');
    entries.push({ section: 'databases', key: name || '*', value, at });
    if (user !== '' && password !== '') addUser(users, { user, secret: password, at }, losses);
  }
  for (const [name, fallback] of Object.entries(ALWAYS)) {
    const found = given(name.toUpperCase());
    const entry = {
      section: 'pgbouncer',
      key: name,
      value: found?.value ?? fallback,
      at: found?.at ?? service,
    };
    entries.push(found ? entry : { ...entry, isOfImage: true });
  }
  for (const key of SETTINGS) {
    const found = given(key.toUpperCase());
    if (found) entries.push({ section: 'pgbouncer', key, value: found.value, at: found.at });
  }
  for (const role of ['ADMIN', 'STATS']) addConsoleUsers(role, given, users, losses);
  return { entries: entries.filter((entry) => isPrintable(entry, losses)), users };
}

/** The URLs, or else the parts; a part that a URL lacks is that of the environment. */
function readConnections(
  given: (name: string) => ServiceVariable | undefined,
  service: ServiceVariable['at'],
  losses: Losses,
): { connection: Connection; at: ServiceVariable['at'] }[] {
  const [host, port, user, password, name] = CONNECTION.map((part) => given(part)?.value ?? '');
  const parts = {
    host: host ?? '',
    port: port ?? '',
    user: user ?? '',
    password: password ?? '',
    name: name ?? '',
  };
  const urls = given('DATABASE_URLS') ?? given('DATABASE_URL');
  const connections = urls
    ? (given('DATABASE_URLS') ? urls.value.split(',') : [urls.value]).map((url) => ({
        connection: readUrl(url, parts, urls.at, losses),
        at: urls.at,
      }))
    : [{ connection: parts, at: given('DB_HOST')?.at ?? service }];
  return connections.flatMap(({ connection, at }) => {
    if (connection.host === '') {
      losses.refuse(
        'no-host',
        at,
        'the image does not start without DB_HOST or DATABASE_URL',
        'set one of them',
      );
      return [];
    }
    return [{ connection: { ...connection, port: connection.port || '5432' }, at }];
  });
}

/** Cuts a URL apart as the entrypoint does, by sed and cut: nothing is decoded, and a colon ends a password. */
function readUrl(url: string, parts: Connection, at: ServiceVariable['at'], losses: Losses): Connection {
  const rest = url.replace(/^.*:\/\//, '');
  const at_ = rest.lastIndexOf('@');
  const login = at_ === -1 ? '' : rest.slice(0, at_);
  const [loginUser = '', loginPassword = ''] = login.includes(':') ? login.split(':') : [login];
  const [server = ''] = (login === '' ? rest : rest.split(`${login}@`).join('')).split('/');
  const [host = '', port = ''] = server.split(':');
  const slash = rest.indexOf('/');
  const read = {
    host,
    port: port || parts.port,
    user: loginPassword === '' ? login : loginUser,
    password: loginPassword,
    name: slash === -1 ? '' : rest.slice(slash + 1),
  };
  warnIfMisread(url, read, at, losses);
  return read;
}

/** What the image runs with is taken over, and said where the URL means something else. */
function warnIfMisread(url: string, read: Connection, at: ServiceVariable['at'], losses: Losses): void {
  if (!URL.canParse(url)) return;
  const { username, password, hostname, pathname } = new URL(url);
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  const meant = [
    ['user', decode(username), read.user],
    ['password', decode(password), read.password],
    ['host', hostname, read.host],
    ['database', decode(pathname.slice(1)), read.name],
  ].find(([, wanted, is]) => wanted !== is);
  if (meant)
    losses.warn(
      'misread-url',
      at,
      `the image's entrypoint reads another ${meant[0]} from this URL than it means; what the image reads is taken over`,
      'set DB_HOST, DB_USER, DB_PASSWORD and DB_NAME instead, and run it again',
    );
}

/** ADMIN_PASSWORDS beside ADMIN_USERS, STATS_PASSWORDS beside STATS_USERS: as many of one as of the other. */
function addConsoleUsers(
  role: string,
  given: (name: string) => ServiceVariable | undefined,
  users: UserLine[],
  losses: Losses,
): void {
  const passwords = given(`${role}_PASSWORDS`);
  if (passwords === undefined) return;
  const names = (given(`${role}_USERS`)?.value ?? (role === 'ADMIN' ? 'postgres' : '')).split(',');
  const secrets = passwords.value.split(',');
  if (names.length !== secrets.length) {
    const message = `${role}_PASSWORDS has no effect: there are as many as there are names in ${role}_USERS, or none`;
    losses.warn('left-out', passwords.at, message, 'give each name one');
    return;
  }
  for (const [index, user] of names.entries())
    if (user !== '' && secrets[index])
      addUser(users, { user, secret: secrets[index], at: passwords.at }, losses);
}

/**
 * Of a user that is there already nothing is written. The entrypoint stores a hash under md5; the password itself lets
 * the same people in, and to more servers.
 */
function addUser(users: UserLine[], line: UserLine, losses: Losses): void {
  if (users.some(({ user }) => user === line.user)) return;
  if (/"/.test(line.secret) && !looksLikeStoredSecret(line.secret))
    losses.refuse(
      'broken-userlist',
      line.at,
      `the image's entrypoint writes a list of users that PgBouncer cannot read: the password of ${line.user} holds a double quote`,
      'choose another one',
    );
  else users.push(line);
}

/** printf eats what follows these, so that nobody knows what the image runs with. */
function isPrintable({ key, value, at }: ConfigEntry, losses: Losses): boolean {
  if (!/[%\\]/.test(value)) return true;
  losses.refuse(
    'mangled-value',
    at,
    `the image's entrypoint mangles \`${key}\`: printf reads a % or a backslash in it`,
    'say it in a pgbouncer.ini, and run it with --from that',
  );
  return false;
}

function listIgnored(variables: Variables, losses: Losses): void {
  const known = new Set(
    [...SETTINGS, ...Object.keys(ALWAYS), ...ENTRY_KEYS].map((name) => name.toUpperCase()),
  );
  for (const [name, { at }] of variables) {
    if (known.has(name) || OTHERS.includes(name) || CONNECTION.includes(name)) continue;
    const setting = name.toLowerCase();
    if (OF_NEWER_IMAGE.test(name)) {
      const message = `${name} is not understood here: an entrypoint of the image that reads it makes databases, users or pools of it`;
      losses.lose(name, at, message, 'name the pgbouncer.ini that the image makes of it, with --from');
      continue;
    }
    losses.warn(
      'left-out',
      at,
      `${name} is left out: the image's entrypoint does not read it`,
      isSettingName(setting) ? `to set it from now on, write \`${setting}\` under \`pgbouncer\`` : undefined,
    );
  }
}
