import { createHash } from 'node:crypto';
import { writeConnectionString } from '../formats/connection-string.ts';
import { writePgbouncerIni } from '../formats/pgbouncer-ini.ts';
import type { PlannedFile } from '../plan/file-plan.ts';
import { CONFIG_FOLDER, configFileName } from '../stack/config-files.ts';
import { isSettingName, settingFacts } from '../stack/pgbouncer-settings.ts';
import { isAtLeast } from '../stack/pgbouncer-version.ts';
import type { Database, Role, Stack, User } from '../stack/stack.ts';
import { markLines, type Rendering } from './rendering.ts';

/** Where the log file lies, in a folder of the image that its user may write to. */
export const LOG_FOLDER = '/var/log/pgbouncer';
export const LOG_FILE = `${LOG_FOLDER}/pgbouncer.log`;

/** PgBouncer's configuration. */
export function writePgbouncerConfig(rendering: Rendering): PlannedFile {
  const { stack } = rendering;
  const sections = [
    {
      name: 'databases',
      entries: stack.databases.map((database) => [database.name, connectionString(database)] as const),
    },
    ...usersSection(stack.users),
    // The last one: where there is a log file, it goes on in monitoring/log-ini.ts.
    { name: 'pgbouncer', entries: [...pgbouncerSettings(stack)].filter(([name]) => name !== 'logfile') },
  ];
  const text = writePgbouncerIni(sections, {
    comment: markLines(rendering),
    quotedKeys: isAtLeast(stack.pgbouncer.version, '1.25'),
  });
  return { path: 'pgbouncer/pgbouncer.ini', mode: 0o644, text };
}

function connectionString({ host, port, dbname, settings, password }: Database): string {
  return writeConnectionString([
    ['host', host],
    ['port', String(port)],
    ...(dbname === '*' ? [] : ([['dbname', dbname]] as const)),
    ...settings,
    ...(password === undefined ? [] : ([['password', password.reveal()]] as const)),
  ]);
}

function usersSection(users: readonly User[]) {
  const entries = users
    .filter(({ settings }) => settings.size > 0)
    .map(({ name, settings }) => [name, writeConnectionString([...settings])] as const);
  return entries.length === 0 ? [] : [{ name: 'users', entries }];
}

/** What the log file is to hold; PgBouncer's own defaults, written down because reports hang on them. */
const LOG_FILE_SETTINGS = [
  ['logfile', LOG_FILE],
  ['log_connections', '1'],
  ['log_disconnections', '1'],
  ['log_stats', '1'],
] as const;

/** The whole `[pgbouncer]` section, in PgBouncer's own names: what `SHOW CONFIG` must answer. */
export function pgbouncerSettings({ users, pgbouncer, monitoring }: Stack): ReadonlyMap<string, string> {
  const named = (role: Role) =>
    users
      .filter(({ roles }) => roles.includes(role))
      .map(({ name }) => name)
      .join(', ');
  return new Map([
    ['listen_addr', '*'],
    ['listen_port', String(pgbouncer.port)],
    // The container is read-only; everyone comes over TCP.
    ['unix_socket_dir', ''],
    ['auth_type', pgbouncer.auth_type],
    ['auth_file', `${CONFIG_FOLDER}/userlist.txt`],
    ['admin_users', named('admin')],
    ...(users.some(({ roles }) => roles.includes('stats'))
      ? ([['stats_users', named('stats')]] as const)
      : []),
    ...pgbouncer.settings,
    ...authorityOfClients(pgbouncer),
    ...[...pgbouncer.files.keys()].map((name) => [name, `${CONFIG_FOLDER}/${configFileName(name)}`] as const),
    ...(monitoring.log === undefined ? [] : LOG_FILE_SETTINGS),
  ]);
}

/**
 * PgBouncer speaks TLS to clients with authorities only, and does not start where its image has no bundle of them
 * (pgbouncer/pgbouncer#1215), though it asks clients for no certificate. Its own one then does.
 */
function authorityOfClients({ settings, files }: Stack['pgbouncer']): [name: string, path: string][] {
  const mode = settings.get('client_tls_sslmode') ?? 'disable';
  if (mode === 'disable' || files.has('client_tls_ca_file')) return [];
  return [['client_tls_ca_file', `${CONFIG_FOLDER}/${configFileName('client_tls_cert_file')}`]];
}

/** The files that settings name, beside pgbouncer.ini; readable as userlist.txt is. */
export function writeConfigFiles({ stack }: Rendering): readonly PlannedFile[] {
  return [...stack.pgbouncer.files].map(([name, text]) => ({
    path: `pgbouncer/${configFileName(name)}`,
    mode: 0o644,
    text,
  }));
}

/**
 * A hash of what only a restart applies: PgBouncer ignores a reload of these settings without a word. As a
 * label it makes `docker compose up` recreate the container when it must, and only then.
 */
export function hashRestartSettings(stack: Stack): string {
  const lines = [...pgbouncerSettings(stack)].filter(([name]) => isReadAtStart(name));
  return createHash('sha256').update(JSON.stringify(lines)).digest('hex').slice(0, 16);
}

/** Whether PgBouncer takes a setting only when it starts. */
export function isReadAtStart(name: string): boolean {
  return START_ONLY.includes(name) || (isSettingName(name) && settingFacts(name).change === 'restart');
}

/** What no row of the catalogue tells; the volume that the log file lies in comes with a new container. */
const START_ONLY = ['listen_addr', 'listen_port', 'unix_socket_dir', 'logfile'];
