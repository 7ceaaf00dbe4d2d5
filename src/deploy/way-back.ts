import { readTrail } from './history.ts';
import { readUnfinished } from './journal.ts';
import { findOnDisk } from './rendered.ts';

/**
 * The time of the set that a rollback puts back: what ran before the current set, or that set itself, where something
 * else lies there now or was begun; undefined where there is none.
 */
export async function findWayBack(folder: string): Promise<string | undefined> {
  const [trail, onDisk, unfinished] = await Promise.all([
    readTrail(folder),
    findOnDisk(folder),
    readUnfinished(folder),
  ]);
  const isCurrent = onDisk?.isProved === true && unfinished === undefined;
  return trail.at(isCurrent ? -2 : -1);
}
