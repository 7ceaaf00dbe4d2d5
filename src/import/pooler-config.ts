import type { Place } from '../problems/problem.ts';

/** One `key = value` of a section of pgbouncer.ini, or what an image makes of its environment. */
export interface ConfigEntry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly at: Place;
  /** Nobody wrote it: an image sets it by itself. */
  readonly isOfImage?: true;
}

/** One line of userlist.txt, or the user that an image makes of its environment. */
export interface UserLine {
  readonly user: string;
  readonly secret: string;
  readonly at: Place;
}

/** All that a PgBouncer was told. */
export interface PoolerConfig {
  readonly entries: readonly ConfigEntry[];
  readonly users: readonly UserLine[];
}

/** The same, and how to find the files that it names: where it runs, paths may mean something else than here. */
export interface PoolerSource extends PoolerConfig {
  readonly find: FindFile;
  /** The folder of the file that names them. */
  readonly base: string;
}

/** A file that another one names, as it was found. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** As people know it. */
  readonly name: string;
  readonly text: string;
}

/**
 * Finds a file that was named for another machine or container: where it says, or else beside the file that names it.
 * Undefined where there is none.
 * @param base the folder of the file that names it
 */
export type FindFile = (path: string, base: string) => Promise<FoundFile | undefined>;
