import { nearestName } from '../settings/nearest.ts';
import { defaultSettings } from '../stack/default-settings.ts';
import {
  defaultAt,
  explainUnknown,
  isKnownTo,
  isNumeric,
  isSettingName,
  OWNED_SETTINGS,
  SETTING_NAMES,
  settingFacts,
} from '../stack/pgbouncer-settings.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry } from './pooler-config.ts';
import { readSettingValue } from './values.ts';
import type { Wishes } from './wishes.ts';

/** These are read elsewhere, or are no loss. */
const READ_ELSEWHERE = new Set(['admin_users', 'stats_users', 'auth_file', 'conffile']);

const AUTH_TYPES = ['md5', 'scram-sha-256', 'hba', 'trust', 'any'];
const OTHER_AUTH_TYPES = ['plain', 'cert', 'ldap', 'pam'];

const DEFAULT_PORT = 6432;

/** One address of a machine, and not all that it has; what is none the settings' own rules refuse. */
const ADDRESS = /^(?!0\.0\.0\.0$|::$)(?:[\d.]+|[\da-f:.]*:[\da-f:.]*)$/i;

/**
 * The `pgbouncer` block of the settings.
 * @param paths where the files lie that settings name, by the setting
 * @param isAsking whether PgBouncer asks Postgres about users
 */
export function readPgbouncer(
  entries: readonly ConfigEntry[],
  paths: ReadonlyMap<string, string>,
  isAsking: boolean,
  wishes: Wishes,
  losses: Losses,
): Record<string, string | number> {
  const given = new Map<string, ConfigEntry>();
  for (const entry of entries.filter(({ section }) => section === 'pgbouncer')) {
    if (given.has(entry.key))
      losses.warn('duplicate', entry.at, `this replaces an earlier ${entry.key}`, 'remove the earlier one');
    given.set(entry.key, entry);
  }
  const settings: Record<string, string | number> = {
    image: wishes.pgbouncerImage,
    port: readPort(given.get('listen_port'), wishes, losses),
    bind: readAddress(given.get('listen_addr'), losses),
    auth_type: readAuthType(given.get('auth_type'), wishes, losses),
  };
  const read = new Set(['listen_port', 'listen_addr', 'auth_type', ...READ_ELSEWHERE]);
  for (const entry of given.values()) {
    if (read.has(entry.key)) continue;
    const value = readSetting(entry, paths, wishes, losses);
    if (value !== undefined) settings[entry.key] = value;
  }
  const rules = given.get('auth_hba_file');
  if (settings['auth_type'] === 'hba' && rules)
    losses.warn(
      'hba-addresses',
      rules.at,
      'the addresses in it are compared with those that the container sees, and `local` lets nobody in',
      'look through it: who comes through the published port may come from the address of the network',
    );
  // In place of PgBouncer's own query, ecar-pool asks a function that would have to be made first.
  const query = defaultAt(wishes.version, settingFacts('auth_query'));
  const kept = isAsking && settings['auth_query'] === undefined ? { auth_query: query } : {};
  return { ...settings, ...kept, ...keepDefaults(given, wishes) };
}

/** What ecar-pool would set where PgBouncer's own default is in force now. */
function keepDefaults(
  given: ReadonlyMap<string, unknown>,
  { version }: Wishes,
): Record<string, string | number> {
  const ours = [...defaultSettings(version)].filter(([name]) => !given.has(name));
  const kept = ours.flatMap(([name, value]) => {
    const facts = settingFacts(name);
    const builtIn = defaultAt(version, facts);
    return builtIn === value ? [] : [[name, isNumeric(facts) ? Number(builtIn) : builtIn]];
  });
  return Object.fromEntries(kept);
}

function readSetting(
  { key, value, at, isOfImage }: ConfigEntry,
  paths: ReadonlyMap<string, string>,
  { version }: Wishes,
  losses: Losses,
): string | number | undefined {
  if (!isSettingName(key)) {
    const owned = Object.hasOwn(OWNED_SETTINGS, key) ? OWNED_SETTINGS[key] : undefined;
    if (owned === undefined) refuseUnknown(key, at, losses);
    else if (!isOfImage && value !== '')
      losses.warn('left-out', at, `\`${key}\` is left out: it ${owned}`, hintFor(key));
    return undefined;
  }
  const facts = settingFacts(key);
  const { type } = facts;
  if (!isKnownTo(version, facts)) {
    const { message } = explainUnknown(`\`${key}\``, version, facts);
    // What is gone did something that is gone, too.
    if (facts.removed !== undefined) losses.warn('left-out', at, `${message}: it is left out`);
    else losses.lose(key, at, message, 'choose a newer --pgbouncer-image');
    return undefined;
  }
  if (type === 'file') {
    const path = paths.get(key);
    if (path === undefined && value !== '')
      losses.lose(
        key,
        at,
        `${value} is neither there nor beside the file that names it`,
        'put it beside that file',
      );
    return path;
  }
  const unquoted = /^(['"])(.*)\1$/.exec(value)?.[2];
  if (type === 'str' && unquoted !== undefined) {
    losses.warn(
      'quoted-value',
      at,
      `\`${key}\` loses its quotes: PgBouncer takes them for part of the value, which is hardly meant`,
      `write ${key} = ${unquoted}`,
    );
    return unquoted;
  }
  const read = readSettingValue(facts, value);
  if ('value' in read) return read.value;
  losses.lose(key, at, `\`${key}\` ${read.reason}`, read.fix);
  return undefined;
}

function hintFor(key: string): string | undefined {
  return key === 'logfile' ? 'set `monitoring.log: {}` for a file, which is rotated, too' : undefined;
}

function refuseUnknown(key: string, at: ConfigEntry['at'], losses: Losses): void {
  const nearest = nearestName(key, [...SETTING_NAMES, ...Object.keys(OWNED_SETTINGS), 'auth_type']);
  losses.lose(
    key,
    at,
    `PgBouncer knows no setting \`${key}\` and does not start with it`,
    nearest === undefined ? undefined : `write ${nearest}, if that is meant`,
  );
}

function readPort(entry: ConfigEntry | undefined, { port: told }: Wishes, losses: Losses): number {
  if (told !== undefined) {
    if (entry !== undefined && entry.value !== String(told))
      losses.warn(
        'port',
        entry.at,
        `PgBouncer listens on ${told} now, as told, and not on ${entry.value}`,
        'tell its clients',
      );
    return told;
  }
  if (entry === undefined) return DEFAULT_PORT;
  const read = readSettingValue(settingFacts('listen_port'), entry.value);
  const port = 'value' in read ? Number(read.value) : 0;
  if (port >= 1 && port <= 65_535) return port;
  losses.refuse(
    'port',
    entry.at,
    '`listen_port` is no number from 1 to 65535',
    'write the port that clients use',
  );
  return DEFAULT_PORT;
}

/** Who could come before must be let in by hand: nobody opens a port to a network without meaning to. */
function readAddress(entry: ConfigEntry | undefined, losses: Losses): string {
  const loopback = '127.0.0.1';
  const [first = '', ...others] = (entry?.value ?? '').split(',').map((address) => address.trim());
  if (entry === undefined || entry.isOfImage || /^(?:localhost|127\.\d+\.\d+\.\d+)$/.test(first)) {
    if (others.length === 0) return loopback;
  } else if (others.length === 0 && ADDRESS.test(first)) return first;
  if (entry === undefined) return loopback;
  losses.warn(
    'listen-addr',
    entry.at,
    `\`listen_addr\` is every address of the container now, and this host publishes the port on ${loopback} only`,
    'write `bind: 0.0.0.0` to let the network in, or one address of this host',
  );
  return loopback;
}

function readAuthType(entry: ConfigEntry | undefined, { authType }: Wishes, losses: Losses): string {
  const written = entry?.value.toLowerCase() ?? 'md5';
  if (entry === undefined || AUTH_TYPES.includes(written)) {
    if (authType !== undefined && authType !== written && entry !== undefined)
      losses.warn('auth-type', entry.at, `\`auth_type\` is ${authType} now, as told`);
    return authType ?? written;
  }
  if (!OTHER_AUTH_TYPES.includes(written)) {
    losses.refuse(
      'auth-type',
      entry.at,
      `PgBouncer knows no auth_type ${written}`,
      `use ${AUTH_TYPES.join(', ')}`,
    );
    return 'md5';
  }
  const meaning = WHAT_IT_MEANS[written] ?? 'asks something else than a stored password';
  if (authType === undefined)
    losses.refuse(
      'auth-type',
      entry.at,
      `\`auth_type = ${written}\` ${meaning}, which an import does not take over: who may log in would change`,
      'say how clients log in from now on: --auth-type scram-sha-256, or md5',
    );
  else losses.warn('auth-type', entry.at, `\`auth_type\` is ${authType} now, as told; ${written} ${meaning}`);
  return authType ?? 'md5';
}

const WHAT_IT_MEANS: Readonly<Record<string, string>> = {
  plain: 'has clients send their passwords in the clear',
  cert: "goes by the clients' certificates",
};
