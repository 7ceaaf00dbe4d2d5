import { type Span, wholeFile } from './source.ts';

/** Parsed settings that remember where each part was written, so that every problem can point at it. */
export type Tree = ScalarTree | MapTree | ListTree;

interface Located {
  readonly span: Span;
  /** Which layer it came from, for `config`: `ecar-pool.yaml`, `environments.prod`, `PGBOUNCER_… in .env`. */
  readonly layer: string;
}

export interface ScalarTree extends Located {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** How the file spells what is not text: `010`, `.nan`, `~`. */
  readonly written?: string;
  /** Stands in for something that could not be read; the problem is noted, and nothing is to be said of it. */
  readonly isBroken?: boolean;
}

export interface MapTree extends Located {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  /** Where an overlay's `null` removed a key. */
  readonly removed?: ReadonlyMap<string, Span>;
}

interface ListTree extends Located {
  readonly kind: 'list';
  readonly items: readonly Tree[];
}

export interface Entry {
  readonly key: Span;
  readonly tree: Tree;
}

export type Path = readonly PropertyKey[];

/** A path as people write it: `pgbouncer.port`. */
export function dotted(path: Path): string {
  return path.map(String).join('.');
}

/** The plain value of a tree; maps have no prototype, so that a key such as `__proto__` is a key like any other. */
export function toValue(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toValue);
  const value: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of tree.entries) value[key] = toValue(entry.tree);
  return value;
}

/** Whether nothing was written there: in an overlay, that removes. */
export function isNothing(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null && tree.isBroken !== true;
}

/** Whether its problem is noted already. */
export function isBroken(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.isBroken === true;
}

/** The entry or item at a path, or undefined. */
export function treeAt(tree: Tree, path: Path): Tree | undefined {
  let at: Tree | undefined = tree;
  for (const step of path) {
    if (at?.kind === 'map') at = at.entries.get(String(step))?.tree;
    else if (at?.kind === 'list') at = at.items[Number(step)];
    else return undefined;
  }
  return at;
}

/** Where to point for a path: its value; what removed it; the key of the nearest part that is there. */
export function spanAt(tree: Tree, path: Path): Span {
  const found = treeAt(tree, path);
  if (found) return found.span;
  const parent = path.slice(0, -1);
  const around = treeAt(tree, parent);
  const removed = around?.kind === 'map' ? around.removed?.get(String(path.at(-1))) : undefined;
  return removed ?? (parent.length === 0 ? wholeFile(tree.span) : keySpanAt(tree, parent));
}

/** Where the key of a path was written; its value where it has no key. */
export function keySpanAt(tree: Tree, path: Path): Span {
  const parent = treeAt(tree, path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.key ?? spanAt(tree, path);
}

/**
 * Lays one tree over another: maps merge, scalars and lists replace, `null` removes.
 * What the overlay removes need not exist.
 */
export function mergeTrees(base: Tree | undefined, overlay: Tree): Tree {
  if (overlay.kind !== 'map') return overlay;
  const under = base?.kind === 'map' ? base : undefined;
  const entries = new Map(under?.entries);
  const removed = new Map(under?.removed);
  for (const [key, over] of overlay.entries) {
    const known = entries.get(key);
    if (isNothing(over.tree)) {
      entries.delete(key);
      removed.set(key, over.key);
    } else {
      const tree = mergeTrees(known?.tree, over.tree);
      // A map keeps the key that it was first written with, as that names it; a value takes the one in force.
      entries.set(key, { key: known && tree.kind === 'map' ? known.key : over.key, tree });
    }
  }
  return { ...(under ?? overlay), entries, ...(removed.size === 0 ? {} : { removed }) };
}
