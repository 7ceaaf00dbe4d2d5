import { isSettingName } from '../stack/pgbouncer-settings.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry, PoolerConfig, UserLine } from './pooler-config.ts';
import { parseUsers } from './read-users.ts';
import type { ServiceVariable } from './service-environment.ts';

/** Settings that the image takes from `PGBOUNCER_<SETTING>`. */
const SETTINGS =
  'auth_type auth_hba_file auth_ident_file auth_query stats_users client_tls_sslmode server_tls_sslmode server_tls_ca_file server_tls_cert_file server_tls_key_file query_wait_timeout pool_mode max_client_conn max_db_connections idle_transaction_timeout server_idle_timeout server_reset_query default_pool_size min_pool_size reserve_pool_size reserve_pool_timeout ignore_startup_parameters log_connections log_disconnections log_pooler_errors log_stats stats_period server_round_robin server_fast_close server_lifetime server_connect_timeout server_login_retry client_login_timeout autodb_idle_timeout query_timeout client_idle_timeout max_prepared_statements application_name_add_host'.split(
    ' ',
  );

/** The same under another name. */
const RENAMED: Readonly<Record<string, string>> = {
  PGBOUNCER_PORT: 'listen_port',
  PGBOUNCER_LISTEN_ADDRESS: 'listen_addr',
  PGBOUNCER_SOCKET_DIR: 'unix_socket_dir',
  PGBOUNCER_SOCKET_MODE: 'unix_socket_mode',
  PGBOUNCER_SOCKET_GROUP: 'unix_socket_group',
  PGBOUNCER_LOG_FILE: 'logfile',
};

const DEFAULTS: Readonly<Record<string, string>> = {
  PGBOUNCER_PORT: '6432',
  PGBOUNCER_LISTEN_ADDRESS: '0.0.0.0',
  PGBOUNCER_AUTH_TYPE: 'scram-sha-256',
  PGBOUNCER_SERVER_FAST_CLOSE: '0',
  PGBOUNCER_IGNORE_STARTUP_PARAMETERS: 'extra_float_digits',
  PGBOUNCER_STATS_PERIOD: '60',
  PGBOUNCER_SERVER_ROUND_ROBIN: '0',
  PGBOUNCER_CLIENT_TLS_SSLMODE: 'disable',
  PGBOUNCER_SERVER_TLS_SSLMODE: 'disable',
  PGBOUNCER_DATABASE: 'postgres',
  POSTGRESQL_USERNAME: 'postgres',
  POSTGRESQL_HOST: 'postgresql',
  POSTGRESQL_PORT: '5432',
};

/** What the image reads, but not for the settings of PgBouncer, or elsewhere below. */
const OTHERS =
  /^(?:POSTGRESQL_(?:PASSWORD|DATABASE|USERNAME|HOST|PORT)|PGBOUNCER_(?:DATABASE|AUTH_USER|USERLIST|CONNECT_QUERY|SET_DATABASE_(?:USER|PASSWORD)|DSN_\d+|CLIENT_TLS_(?:CERT|KEY|CA)_FILE|(?:CLIENT|SERVER)_TLS_CIPHERS|SERVER_TLS_PROTOCOLS))$/;

type Variables = ReadonlyMap<string, ServiceVariable>;

/**
 * What the scripts of bitnami/pgbouncer make of its environment
 * (https://github.com/bitnami/containers/tree/main/bitnami/pgbouncer): an entry, a user who is the admin, and more by
 * PGBOUNCER_DSN_<n> and PGBOUNCER_USERLIST.
 * @param service where the service is, for what is not set at all
 */
export function readBitnami(
  variables: Variables,
  service: ServiceVariable['at'],
  losses: Losses,
): PoolerConfig {
  listIgnored(variables, losses);
  const value = (name: string) => variables.get(name)?.value || DEFAULTS[name] || '';
  const at = (name: string) => variables.get(name)?.at ?? service;
  const entries: ConfigEntry[] = [
    {
      section: 'databases',
      key: value('PGBOUNCER_DATABASE'),
      value: connectionString(value),
      at: at('PGBOUNCER_DATABASE'),
    },
  ];
  for (let index = 0; variables.get(`PGBOUNCER_DSN_${index}`)?.value; index++) {
    const name = `PGBOUNCER_DSN_${index}`;
    const [key = '', ...rest] = value(name).split('=');
    entries.push({ section: 'databases', key: key.trim(), value: rest.join('=').trim(), at: at(name) });
  }
  const set = (key: string, name: string) => {
    const text = value(name);
    // The scripts cut a pair at its colons and take the second part.
    const [kept = ''] = text.split(':');
    if (kept !== text)
      losses.warn(
        'mangled-value',
        at(name),
        `the image cuts \`${key}\` at its first colon; what the image runs with is taken over`,
        `write the whole one as \`${key}\` under \`pgbouncer\``,
      );
    const entry = { section: 'pgbouncer', key, value: kept, at: at(name) };
    if (kept !== '') entries.push(variables.get(name)?.value ? entry : { ...entry, isOfImage: true });
  };
  for (const [name, key] of Object.entries(RENAMED)) set(key, name);
  for (const key of SETTINGS) set(key, `PGBOUNCER_${key.toUpperCase()}`);
  set('admin_users', 'POSTGRESQL_USERNAME');
  entries.push(...tlsSettings(value, at));
  return { entries, users: readUsers(value, at, losses) };
}

function connectionString(value: (name: string) => string): string {
  const isYes = (name: string) => /^(?:1|yes|true)$/i.test(value(name));
  const database = value('PGBOUNCER_DATABASE');
  return [
    `host=${value('POSTGRESQL_HOST')} port=${value('POSTGRESQL_PORT')}`,
    ...(isYes('PGBOUNCER_SET_DATABASE_USER') ? [`user=${value('POSTGRESQL_USERNAME')}`] : []),
    ...(isYes('PGBOUNCER_SET_DATABASE_PASSWORD') ? [`password=${value('POSTGRESQL_PASSWORD')}`] : []),
    ...(database === '*' ? [] : [`dbname=${value('POSTGRESQL_DATABASE') || database}`]),
    ...(value('PGBOUNCER_AUTH_USER') === '' ? [] : [`auth_user=${value('PGBOUNCER_AUTH_USER')}`]),
    ...(value('PGBOUNCER_CONNECT_QUERY') === ''
      ? []
      : [`connect_query='${value('PGBOUNCER_CONNECT_QUERY')}'`]),
  ].join(' ');
}

/** These the scripts write only where TLS is switched on, and then with a value of their own. */
function tlsSettings(
  value: (name: string) => string,
  at: (name: string) => ServiceVariable['at'],
): ConfigEntry[] {
  const client = ['client_tls_cert_file', 'client_tls_key_file', 'client_tls_ca_file', 'client_tls_ciphers'];
  const server = ['server_tls_ciphers', 'server_tls_protocols'];
  const own: Readonly<Record<string, string>> = {
    client_tls_ciphers: 'fast',
    server_tls_ciphers: 'fast',
    server_tls_protocols: 'secure',
  };
  const isOn = (side: string) => value(`PGBOUNCER_${side}_TLS_SSLMODE`) !== 'disable';
  const hasServer =
    isOn('SERVER') || value('PGBOUNCER_SERVER_TLS_CERT_FILE') + value('PGBOUNCER_SERVER_TLS_KEY_FILE') !== '';
  return [...(isOn('CLIENT') ? client : []), ...(hasServer ? server : [])].flatMap((key) => {
    const name = `PGBOUNCER_${key.toUpperCase()}`;
    const text = value(name) || own[key] || '';
    return text === '' ? [] : [{ section: 'pgbouncer', key, value: text, at: at(name) }];
  });
}

function readUsers(
  value: (name: string) => string,
  at: (name: string) => ServiceVariable['at'],
  losses: Losses,
): UserLine[] {
  const user = value('POSTGRESQL_USERNAME');
  const secret = value('POSTGRESQL_PASSWORD');
  const first = secret === '' ? [] : [{ user, secret, at: at('POSTGRESQL_PASSWORD') }];
  const { file, line } = at('PGBOUNCER_USERLIST');
  const others = parseUsers(file, value('PGBOUNCER_USERLIST'), losses);
  return [...first, ...others.map((other) => ({ ...other, at: { file, line } }))];
}

function listIgnored(variables: Variables, losses: Losses): void {
  for (const [name, { at, value }] of variables) {
    const key = name.replace(/^PGBOUNCER_/, '').toLowerCase();
    if (OTHERS.test(name) || Object.hasOwn(RENAMED, name)) continue;
    if (name.startsWith('PGBOUNCER_') && SETTINGS.includes(key)) continue;
    if (name.endsWith('_FILE') && value !== '')
      losses.refuse(
        'value-in-a-file',
        at,
        `${name} names a file of the container, which is not read here`,
        `set ${name.replace(/_FILE$/, '')} instead`,
      );
    else
      losses.warn(
        'left-out',
        at,
        `${name} is left out: it sets nothing of PgBouncer`,
        isSettingName(key) ? `to set it from now on, write \`${key}\` under \`pgbouncer\`` : undefined,
      );
  }
}
