import type { PgbouncerVersion } from '../stack/pgbouncer-version.ts';

/** What people said on the command line about the stack that is to take over. */
export interface Wishes {
  readonly name: string;
  readonly pgbouncerImage: string;
  /** Of that image. */
  readonly version: PgbouncerVersion;
  /** Undefined: as the file has it. */
  readonly authType: 'md5' | 'scram-sha-256' | undefined;
  /** `host` or `host:port`, in place of a server on this very host. */
  readonly postgresHost: string | undefined;
  /** The network that its Postgres is on; undefined for one of the stack's own. */
  readonly network: string | undefined;
  /** In place of the file's. */
  readonly port: number | undefined;
  readonly environments: readonly string[];
}
