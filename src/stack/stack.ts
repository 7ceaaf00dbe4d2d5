import type { Adopted } from './adopted.ts';
import type { Method } from './login-matrix.ts';
import type { Monitoring } from './monitoring.ts';
import type { PgbouncerVersion } from './pgbouncer-version.ts';
import type { Secret } from './secret.ts';

/** The validated facts of one environment: what the writers render and `verify` proves. */
export interface Stack {
  /** Compose project name; container names are `<name>_<service>`. */
  readonly name: string;
  readonly environment: string;
  readonly network: { readonly name: string; readonly external: boolean };
  readonly postgres: OwnPostgres | ServicePostgres | ExternalPostgres;
  readonly databases: readonly Database[];
  readonly users: readonly User[];
  readonly pgbouncer: Pgbouncer;
  readonly client: Client;
  readonly app: App | undefined;
  /** Undefined where the stack is a project of its own. */
  readonly adopted: Adopted | undefined;
  readonly monitoring: Monitoring;
  readonly backup: Backup;
  readonly resources: ReadonlyMap<string, Resources>;
}

/** A Postgres that the stack runs itself, as the service `postgres`. */
export interface OwnPostgres {
  readonly kind: 'own';
  readonly image: string;
  /** Major version: decides where the image keeps its data (18 moved it). */
  readonly version: number;
  readonly host: string;
  readonly port: number;
  readonly max_connections: number;
  /** Connections kept for those who come past the pool. */
  readonly direct_connections: number;
  /** The superuser that the image creates; no application uses it. */
  readonly user: string;
  readonly password: Secret;
  /** Further `postgres -c` settings. */
  readonly settings: ReadonlyMap<string, string>;
}

/** A Postgres that the adopted project runs: it has data and roles, which stay as they are. */
interface ServicePostgres {
  readonly kind: 'service';
  /** The name of its service. */
  readonly host: string;
  readonly port: number;
  /** What it has, where the settings say so. */
  readonly max_connections?: number | undefined;
  readonly direct_connections?: number;
}

/** A Postgres that someone else runs. */
interface ExternalPostgres {
  readonly kind: 'external';
  readonly host: string;
  readonly port: number;
  /** What it has, where the settings say so. */
  readonly max_connections?: number | undefined;
  readonly direct_connections?: number;
}

/** One `[databases]` entry of pgbouncer.ini. */
export interface Database {
  /** The name that clients connect to. */
  readonly name: string;
  /** The server that it is on: one host or several with commas, and their port. */
  readonly host: string;
  readonly port: number;
  /** The database on the server; `*` in the entry `*` for the one that the client asks for. */
  readonly dbname: string;
  /** Names of the users that log in to it; roles of kind `app` only. */
  readonly users: readonly string[];
  /** Of the user that `settings` force, where the entry itself holds it. */
  readonly password: Secret | undefined;
  /** PgBouncer's own per-database keys, as text, e.g. `pool_mode` -> `session`. */
  readonly settings: ReadonlyMap<string, string>;
}

/** `app` logs in to databases; `admin` and `stats` enter the console. */
export type Role = 'app' | 'admin' | 'stats';

/** A client's certificate and its private key. */
export interface Identity {
  readonly sslcert: string;
  readonly sslkey: Secret;
}

export interface User {
  readonly name: string;
  /** What they log in with; undefined where nobody but them knows it. */
  readonly password: Secret | undefined;
  /** What userlist.txt holds of them as it is given; undefined where it is made of the password. */
  readonly secret: Secret | undefined;
  readonly roles: readonly Role[];
  /** What they show PgBouncer where it asks for a certificate, as PEM; undefined where nobody but them has it. */
  readonly identity?: Identity | undefined;
  /** PgBouncer's own per-user keys, as text. */
  readonly settings: ReadonlyMap<string, string>;
}

export type AuthType = 'md5' | 'scram-sha-256' | 'cert' | 'hba' | 'trust' | 'any';

export interface Pgbouncer {
  readonly image: string;
  readonly version: PgbouncerVersion;
  /** The one port: listened on, published and given to the app. */
  readonly port: number;
  /** Host address that the port is published on. */
  readonly bind: string;
  readonly auth_type: AuthType;
  /** How clients may be asked who they are: auth_type itself, or the methods of its rules. */
  readonly methods: readonly Method[];
  /** The whole `[pgbouncer]` section but what the writer owns (listen_*, auth_file, *_users), in order, as text. */
  readonly settings: ReadonlyMap<string, string>;
  /** Texts of the files that settings name, by the setting. */
  readonly files: ReadonlyMap<string, string>;
}

/** What the application uses of the pool, whoever runs the application; health checks use it too. */
export interface Client {
  /** The pooled entry that the app connects to, and the user that it logs in as. */
  readonly database: string;
  readonly user: string;
  /** An entry in session mode for migrations and the admin, where there is one. */
  readonly session_database: string | undefined;
}

export interface App {
  readonly service: string;
  readonly kind: 'django' | 'other';
  /** A folder to build, relative to the settings file, or undefined where `image` is given. */
  readonly build: string | undefined;
  readonly image: string | undefined;
  readonly command: readonly string[] | string | undefined;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: ReadonlyMap<string, string | Secret>;
  /** How it is given its secrets: as variables, or each as a file that a variable names. */
  readonly secrets: 'environment' | 'files';
}

/** How backups are made, and how many are kept of each database. */
export interface Backup {
  /** The newest so many stay, however old; at least 1. */
  readonly keep: number;
  /** And so do all that are not older than so many days. */
  readonly keep_days: number;
  /** Whose pg_dump is used for a server that someone else runs. */
  readonly image: string;
}

/** `deploy.resources.limits` of one service, in Compose's words. */
interface Resources {
  readonly cpus: string | undefined;
  readonly memory: string | undefined;
}

/** The Compose service of the Postgres that the stack runs, and so its host name. */
export const POSTGRES_SERVICE = 'postgres';

/** The name of a service's container: one a host, so that people and programs know it beforehand. */
export function containerName({ name }: Pick<Stack, 'name'>, service: string): string {
  return `${name}_${service}`;
}

/** What Docker calls the network of the stack: Compose puts the project before the name of one that it makes. */
export function networkName({ name, network }: Pick<Stack, 'name' | 'network'>): string {
  return network.external ? network.name : `${name}_${network.name}`;
}

/** What listens on every address is reached at the loopback one. */
export function reachableAddress(bind: string): string {
  if (bind === '0.0.0.0') return '127.0.0.1';
  return bind === '::' ? '::1' : bind;
}
