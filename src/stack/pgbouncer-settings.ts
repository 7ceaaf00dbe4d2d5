import { LOG } from './catalogue/log.ts';
import { LOGGING_IN } from './catalogue/logging-in.ts';
import { NETWORK } from './catalogue/network.ts';
import { POOLING } from './catalogue/pooling.ts';
import type { Row } from './catalogue/row.ts';
import { TIMEOUTS } from './catalogue/timeouts.ts';
import { TLS } from './catalogue/tls.ts';
import { formatPgbouncerVersion, isAtLeast, type PgbouncerVersion } from './pgbouncer-version.ts';

/** What is known of one setting, with the common cases filled in. */
export interface SettingFacts extends Omit<Row, 'since' | 'change' | 'min' | 'max'> {
  /** The release that brought it; 1.5 stands for 1.5 and before. */
  readonly since: string;
  /** What it takes to change it: PgBouncer ignores a reload for some, without a word. */
  readonly change: 'reload' | 'restart';
  readonly min: number;
  readonly max: number;
}

/**
 * Every setting of the `[pgbouncer]` section, in PgBouncer's own names. Types, releases, defaults and
 * reloadability are those of PgBouncer's main.c and `SHOW CONFIG` up to 1.26.
 */
const ROWS = { ...POOLING, ...TIMEOUTS, ...LOGGING_IN, ...LOG, ...NETWORK, ...TLS };

export type SettingName = keyof typeof ROWS;

/** All that there are, in the order of SHOW CONFIG. */
export const ALL_SETTINGS = (Object.keys(ROWS) as SettingName[]).sort();

/** What PgBouncer's C reads a whole number into. */
export const INT_MAX = 2147483647;

/** Fills in what a row leaves out. */
export function completeFacts(row: Row): SettingFacts {
  return { since: '1.5', change: 'reload', min: 0, max: row.type === 'flag' ? 1 : INT_MAX, ...row };
}

export function settingFacts(name: SettingName): SettingFacts {
  return completeFacts(ROWS[name]);
}

/** Whether a name is that of a setting that people may set under `pgbouncer` as PgBouncer takes it. */
export function isSettingName(name: string): name is SettingName {
  // What auth_type may be here is narrower: the model has it by itself.
  return Object.hasOwn(ROWS, name) && !Object.hasOwn(OWNED_SETTINGS, name) && name !== 'auth_type';
}

/** Whether PgBouncer reads a value as a number. */
export function isNumeric({ type }: Pick<Row, 'type'>): boolean {
  return ['int', 'uint', 'sec', 'flag'].includes(type);
}

/** Whether a release has a setting or a key. */
export function isKnownTo(
  version: PgbouncerVersion,
  { since = '1.5', removed }: Pick<Row, 'since' | 'removed'>,
) {
  return isAtLeast(version, since) && !(removed !== undefined && isAtLeast(version, removed));
}

/**
 * Why a release does not start with a setting or a key that it does not have, and what to do.
 * @param what how to call it
 */
export function explainUnknown(
  what: string,
  version: PgbouncerVersion,
  { since, removed }: Pick<Row, 'since' | 'removed'>,
): { readonly message: string; readonly fix: string } {
  const release = `PgBouncer ${formatPgbouncerVersion(version)}`;
  if (removed !== undefined && isAtLeast(version, removed))
    return {
      message: `${release} does not know ${what}, which only releases before ${removed} have`,
      fix: 'remove it',
    };
  const message = `${release} does not know ${what}, which came with ${since}`;
  return { message, fix: 'remove it, or use a newer image' };
}

/** What PgBouncer takes where a setting is left out, as SHOW CONFIG prints it. */
export function defaultAt(
  version: PgbouncerVersion,
  { default: latest, before = {} }: Pick<Row, 'default' | 'before'>,
): string {
  // Text of releases does not sort: 1.7 is before 1.13.
  const changes = Object.entries(before).sort(
    ([a], [b]) => Number(a.split('.')[1]) - Number(b.split('.')[1]),
  );
  return changes.find(([release]) => !isAtLeast(version, release))?.[1] ?? latest;
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
  logfile:
    'stays unset: in a container the log goes to stderr, where Docker keeps and rotates it; `monitoring.log` has it in a file, too',
  syslog: 'stays off: in a container the log goes to stderr',
  syslog_facility: 'stays unset: in a container the log goes to stderr',
  syslog_ident: 'stays unset: in a container the log goes to stderr',
  pidfile: 'stays unset: in a container a left-over pid file would stop the next start for ever',
  unix_socket_dir: 'stays empty: the container is read-only and is reached over TCP',
  unix_socket_group: 'has no use: there is no unix socket',
  unix_socket_mode: 'has no use: there is no unix socket',
  user: 'has no use: the container never runs as root',
  verbose: 'stays 0: above that PgBouncer writes stored secrets to its log',
  service_name: 'is for Windows only',
  peer_id: 'has no use: one process of PgBouncer has no peers',
  so_reuseport: 'has no use: one process of PgBouncer has the port for itself',
  resolv_conf: "stays unset: the container has Docker's own",
  auth_ldap_options: 'belongs to a way of logging in that ecar-pool does not render yet',
};

/** The settings that people may set, in the order of SHOW CONFIG. */
export const SETTING_NAMES: readonly SettingName[] = ALL_SETTINGS.filter(isSettingName);

/** Their rows. */
export const SETTABLE: Readonly<Record<string, Row>> = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, ROWS[name]]),
);
