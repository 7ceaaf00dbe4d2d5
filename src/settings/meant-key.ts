import { nearestName } from './nearest.ts';
import { knownKeysAt } from './schema-keys.ts';
import type { Path } from './tree.ts';

/** The key that an unknown one was meant to be. */
export interface MeantKey {
  readonly key: string;
  /** What follows the known key instead of a colon and a blank, as in `port:6432`, where it does not end there. */
  readonly glued?: string;
}

/** The known key that was meant by an unknown one at a path, or undefined where none is near. */
export function findMeantKey(unknown: string, path: Path): MeantKey | undefined {
  const known = knownKeysAt(path);
  const [, head = '', glued] = /^(\w+)([:=.\s])\S/.exec(unknown) ?? [];
  if (glued !== undefined && known.includes(head)) return { key: head, glued };
  const key = nearestName(unknown, known);
  return key === undefined ? undefined : { key };
}
