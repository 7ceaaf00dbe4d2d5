import { isReadAtStart } from '../writers/pgbouncer-ini.ts';
import type { Change } from './change.ts';

/** A key of an ini file: a database may be called like a setting. */
interface Key {
  readonly section: string;
  readonly name: string;
}

/** So many keys are named. */
const SHOWN = 4;

/** A changed file; of an ini file also what changed in it, by name, which is no secret. */
export function describeCause(change: Change): string {
  return describeKeys(change, () => true)[0] ?? change.path;
}

/** An ini file with those of its changed keys that are meant; nothing where none is. */
export function describeKeys(change: Change, isMeant: (key: Key) => boolean): string[] {
  const names = [...new Set(listChangedKeys(change).flatMap((key) => (isMeant(key) ? [key.name] : [])))];
  if (names.length === 0) return [];
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return [`${change.path}: ${names.slice(0, SHOWN).join(', ')}${more}`];
}

/** The keys that an ini file has anew, otherwise, or no more; none of a file that is new. */
export function listChangedKeys({ path, before = '', after }: Change): Key[] {
  if (!path.endsWith('.ini') || before === '') return [];
  const [old, now] = [readKeys(before), readKeys(after?.text ?? '')];
  const missing = (from: ReadonlyMap<string, Key>, to: ReadonlyMap<string, Key>) =>
    [...from].flatMap(([id, key]) => (to.has(id) ? [] : [key]));
  return [...missing(now, old), ...missing(old, now)];
}

/** Whether PgBouncer takes a key only in a new container: by a label, Compose knows that it is to make one. */
export function needsContainer({ section, name }: Key): boolean {
  return section === 'pgbouncer' && isReadAtStart(name);
}

function readKeys(text: string): Map<string, Key> {
  let section = '';
  const keys = text.split('\n').flatMap((line) => {
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
    const name = /^([^;#[][^=]*?) = /.exec(line)?.[1];
    return name === undefined ? [] : [[`${section}\n${line}`, { section, name }] as const];
  });
  return new Map(keys);
}
