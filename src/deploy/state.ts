import { join } from 'node:path';

/**
 * What deploys keep in an output folder, 0700 because of the passwords in it. The name begins as those of all of
 * ecar-pool's own files there do, so that a render takes the folder for its own.
 */
export function stateFolder(folder: string): string {
  return join(folder, '.ecar-pool');
}

/** Of a folder that only its owner may look into. */
export const PRIVATE_FOLDER = 0o700;

/** The one deploy at a time. */
export const LOCK = 'lock';
/** What is being done; there as long as it is not done. */
export const JOURNAL = 'journal.json';
/** The set that ran before, as long as it may be put back. */
export const BEFORE = 'before';
/** The set that is being put in place, on its way into the history. */
export const NEXT = 'next';
/** What the last render wrote. */
export const RENDERED = 'rendered';
/** Room on the disk, so that what ran before can be put back on a full one. */
export const RESERVE = 'reserve';
/** The sets that verified, by time. */
export const HISTORY = 'history';
/** What is known of what runs. */
export const STANDING = 'standing.json';
/** The times of those that were put in place, one after the other; a rollback takes away what came after its own. */
export const TRAIL = 'trail';
