/** A Compose project that was there before, and keeps its own files: the stack is laid over it. */
export interface Adopted {
  /** Its Compose files in their order, relative to the folder of the settings, with `/`. */
  readonly files: readonly string[];
  /** Whether Compose would call it by the name of the settings by itself. */
  readonly isSelfNamed: boolean;
  /** Whether its `.env` makes Compose take these files and ours by itself (COMPOSE_FILE). */
  readonly isPersistent: boolean;
  /** The networks, by their keys in its files, on which Postgres and the services below reach each other. */
  readonly networks: readonly string[];
  /** The profiles that PgBouncer starts with; none is always. */
  readonly profiles: readonly string[];
  /** The services that are to go through the pool. */
  readonly services: readonly AdoptedService[];
}

interface AdoptedService {
  readonly name: string;
  /** The variables that change, in Compose's own syntax: `${NAME}` is a variable of its `.env`. */
  readonly environment: ReadonlyMap<string, string>;
}
