import { explainPassword } from '../credentials/password-rules.ts';
import { looksLikeStoredSecret } from '../credentials/stored-secret.ts';
import { readConnectionString } from '../formats/connection-string.ts';
import { FormatError } from '../formats/format-error.ts';
import { explainDatabaseName } from '../formats/pgbouncer-names.ts';
import type { Place } from '../problems/problem.ts';
import { isAtLeast } from '../stack/pgbouncer-version.ts';
import { type EntryKeys, readEntryKeys } from './entry-keys.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry } from './pooler-config.ts';
import type { Wishes } from './wishes.ts';

export interface ImportedDatabase {
  readonly name: string;
  readonly at: Place;
  readonly host: string;
  readonly port: number;
  readonly dbname: string | undefined;
  /** Of the forced user; it may be a hash. */
  readonly password: string | undefined;
  /** The other keys that it has, in the model's words. */
  readonly keys: EntryKeys;
}

const DEFAULT_PORT = 5432;

/** The entries of [databases]. A server that is this very host is another one for a container. */
export function readDatabases(
  entries: readonly ConfigEntry[],
  wishes: Wishes,
  losses: Losses,
): ImportedDatabase[] {
  const quotedKeys = isAtLeast(wishes.version, '1.25');
  const databases = new Map<string, ImportedDatabase>();
  for (const entry of entries) {
    const reason = explainDatabaseName(entry.key, { quotedKeys });
    if (reason !== undefined) {
      const message = `there can be no database ${JSON.stringify(entry.key)}: ${reason}`;
      losses.refuse(
        'database-name',
        entry.at,
        message,
        'rename it for clients, and give the real one as dbname',
      );
      continue;
    }
    if (databases.has(entry.key))
      losses.warn(
        'duplicate',
        entry.at,
        `this replaces an earlier entry ${entry.key}`,
        'remove the earlier one',
      );
    const database = readDatabase(entry, wishes, losses);
    if (database) databases.set(entry.key, database);
  }
  if (wishes.postgresHost !== undefined && !entries.some(({ value }) => isOnThisHost(value)))
    losses.refuse(
      'unused-option',
      { file: entries[0]?.at.file ?? '' },
      'no entry is on a server of this host, which `--postgres-host` would stand for',
      'leave it out',
    );
  return [...databases.values()];
}

function isOnThisHost(connectionString: string): boolean {
  try {
    const { host } = Object.fromEntries(readConnectionString(connectionString));
    return host === undefined || isThisHost(host);
  } catch {
    // What cannot be read is said where it is read.
    return true;
  }
}

function readDatabase(entry: ConfigEntry, wishes: Wishes, losses: Losses): ImportedDatabase | undefined {
  const pairs = readPairs(entry, losses);
  if (pairs === undefined) return undefined;
  const { key: name, at } = entry;
  const { host, port, dbname, password, ...others } = Object.fromEntries(pairs);
  const server = chooseServer(host, port, entry, wishes, losses);
  const keys = readEntryKeys('databases', others, entry, wishes, losses);
  if (server === undefined) return undefined;
  return {
    name,
    at,
    ...server,
    dbname: dbname === name ? undefined : dbname,
    password: keepPassword(password, others['user'], entry, losses),
    keys,
  };
}

/** The pairs of a connection string; undefined where PgBouncer would not start with it. */
export function readPairs({ value, at }: ConfigEntry, losses: Losses): [string, string][] | undefined {
  try {
    return readConnectionString(value);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    losses.refuse(
      'connection-string',
      at,
      `PgBouncer does not start with this: ${error.message}`,
      'write key=value pairs with one space between them; put values with blanks in single quotes',
    );
    return undefined;
  }
}

function chooseServer(
  host: string | undefined,
  port: string | undefined,
  { key, at }: ConfigEntry,
  { postgresHost }: Wishes,
  losses: Losses,
): { host: string; port: number } | undefined {
  const number = port === undefined ? DEFAULT_PORT : Number.parseInt(port, 10);
  if (!(number >= 1 && number <= 65_535) || (port !== undefined && !/^\d+$/.test(port))) {
    losses.refuse('port', at, `the port of ${key} is no number from 1 to 65535`, 'correct it');
    return undefined;
  }
  if (host !== undefined && !isThisHost(host)) return { host, port: number };
  if (postgresHost === undefined) {
    const where = host === undefined || host.startsWith('/') ? 'a socket of this host' : host;
    losses.refuse(
      'local-server',
      at,
      `the server of ${key} is ${where}, which is something else in a container`,
      'say how a container reaches it: --postgres-host NAME, or NAME:PORT',
    );
    return undefined;
  }
  const [name = '', chosen] = postgresHost.split(':');
  const server = { host: name, port: chosen === undefined ? number : Number(chosen) };
  losses.warn('local-server', at, `the server of ${key} is ${server.host}:${server.port} now, as told`);
  return server;
}

function isThisHost(host: string): boolean {
  return host.split(',').some((part) => /^(?:\/.*|@.*|localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(part));
}

/** PgBouncer ignores a password without a user. */
function keepPassword(
  password: string | undefined,
  user: string | undefined,
  { key, at }: ConfigEntry,
  losses: Losses,
): string | undefined {
  if (password === undefined) return undefined;
  if (user === undefined) {
    losses.warn(
      'unused-password',
      at,
      `the password of ${key} is left out: PgBouncer ignores one without a user`,
      'add user= if clients are to share a server login',
    );
    return undefined;
  }
  const unfit = looksLikeStoredSecret(password) ? undefined : explainPassword(password);
  if (unfit === undefined) return password;
  losses.refuse('unfit-secret', at, `the password of ${key} ${unfit}`, 'choose another one');
  return undefined;
}
