import type { Cause } from './causes.ts';

/**
 * Why docker could not start a container, by the words of its `State.Error`: those of the Docker Engine 20.10
 * to 29 and of runc. In order: the first match counts. What matches is shown, so a pattern takes all that tells.
 */
export const DOCKER_CAUSES: readonly Cause[] = [
  {
    id: 'port-taken',
    pattern:
      /(?:listen tcp\d? |bind host port (?:for )?|bind for )\S+[^\n]*?(?:address already in use|port is already allocated)/i,
    cause: 'The port is taken on this machine',
    fix: 'free it, or choose another one in the settings (`pgbouncer.port`; for the app, `app.ports`; for what watches the pool, the `port` under `monitoring`), run {render}, then {recreate}',
  },
  {
    id: 'port-forbidden',
    pattern: /(?:listen tcp\d? |bind host port (?:for )?|expose privileged port )[^\n]*/i,
    cause: 'Docker cannot listen on that address and port of this machine',
    fix: 'choose others in the settings (`pgbouncer.bind` and `pgbouncer.port`), run {render}, then {recreate}',
  },
  {
    id: 'open-files-refused',
    pattern: /error setting rlimits?[^\n]*/i,
    cause: 'The machine does not let a container open as many files as the pool may need',
    fix: 'lower `pgbouncer.max_client_conn` in the settings, or raise the limit of the Docker daemon (LimitNOFILE, `ulimit -Hn`)',
  },
  {
    id: 'memory-limit-too-small',
    pattern: /memory limit too low[^\n]*|OOM-killed[^\n]*|minimum memory limit[^\n]*/i,
    cause: 'The memory limit of the service is too small for it to start',
    fix: 'raise `resources.<service>.memory` in the settings, run {render}, then {recreate}',
  },
  {
    id: 'no-such-program',
    pattern: /exec: "?[^\n]*(?:executable file not found[^\n]*|no such file or directory|permission denied)/i,
    cause: 'The image does not hold the program that the container is to start',
    fix: 'name another image in the settings',
  },
  {
    id: 'not-mountable',
    pattern:
      /error mounting [^\n]*|bind source path does not exist[^\n]*|error while creating mount source[^\n]*/i,
    cause: 'Docker cannot mount what the service needs of this folder',
    fix: 'run {render}, then {recreate}; a remote daemon, or one in a virtual machine, must see this folder, too',
  },
  {
    id: 'network-gone',
    pattern: /network \S+ not found/i,
    cause: 'The network that the container was made for is gone',
    fix: 'make it anew: {recreate}',
  },
];

/** Why Postgres does not start, by its log: its own words and those of its image. */
export const POSTGRES_CAUSES: readonly Cause[] = [
  {
    id: 'other-major',
    // docker-library/postgres#1259 for the first.
    pattern: /in 18\+, these Docker images[^\n]*|database files are incompatible with server[^\n]*/i,
    cause: 'The volume holds the data of another major release of Postgres than `postgres.image` runs',
    fix: 'go back to the image of that release, take a dump of all with pg_dumpall, and restore it into a new volume, or use pg_upgrade; do not delete the volume before its data is safe elsewhere',
  },
  {
    id: 'other-data',
    // The image runs initdb where it finds no PG_VERSION; since 18 that lies in a folder of its own (#1259).
    pattern: /initdb: error: directory "[^"\n]*" exists but is not empty/i,
    cause:
      'The volume holds something else than the data of the release that `postgres.image` runs: that of Postgres 18 or later, or what an interrupted first start has left',
    fix: 'go back to the image of the release that ran before, or take a dump there with pg_dumpall and restore it into a new volume; only where no start was ever completed, delete the volume',
  },
  {
    id: 'disk-full',
    pattern: /no space left on device/i,
    cause: 'The disk is full',
    fix: 'make room on it; `docker system df` shows what docker holds',
  },
];

/** A cause and the words that told it. */
export interface Told {
  readonly cause: Cause;
  readonly words: string;
}

/** The first row of a table that a text matches, with what matched; undefined where none does. */
export function findTold(table: readonly Cause[], text: string): Told | undefined {
  for (const cause of table) {
    const words = cause.pattern.exec(text)?.[0];
    if (words !== undefined) return { cause, words };
  }
  return undefined;
}
