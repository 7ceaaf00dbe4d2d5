import type { ServerLimit } from './find-max-connections.ts';

/** What an existing project gives to the settings. */
export interface Adoption {
  readonly postgres:
    | { readonly service: string; readonly port: number }
    | { readonly host: string; readonly port: number };
  /** How many connections that Postgres takes. */
  readonly limit: ServerLimit;
  readonly networks: readonly string[];
  readonly profiles: readonly string[];
  /** The variables that change, by service. */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The users of each database, by its name. */
  readonly databases: ReadonlyMap<string, readonly string[]>;
  /** Where each user's password lies. */
  readonly users: ReadonlyMap<string, PasswordPlace>;
  /** Passwords that lie where only a container reads them, for our own `.env.<environment>`. */
  readonly copied: ReadonlyMap<string, string>;
  /** Passwords that Compose must put into an URL, for the project's `.env`. */
  readonly moved: ReadonlyMap<string, string>;
  /** What the server demands of connections from PgBouncer. */
  readonly server_tls_sslmode: string | undefined;
  /** What was seen and decided, for people. */
  readonly notes: readonly string[];
}

export type PasswordPlace = { readonly env: string } | { readonly file: string };

/** What the project leaves open, and the option that says it. */
export interface OpenQuestion {
  readonly flag: string;
  readonly text: string;
  readonly choices: readonly string[];
}

/** What people have said already. */
export interface Said {
  /** The service that runs Postgres. */
  readonly service: string | undefined;
  /** The host of a Postgres that no service of the project runs, with or without a port. */
  readonly host: string | undefined;
  /** The services that are to go through the pool. */
  readonly apps: readonly string[] | undefined;
  /** The variable of a password that lies where nothing tells. */
  readonly passwordEnv: string | undefined;
  /** The port of PgBouncer. */
  readonly port: number;
}
