import type { Span } from './source.ts';

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
}

export interface MapTree extends Located {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface ListTree extends Located {
  readonly kind: 'list';
  readonly items: readonly Tree[];
}

export interface Entry {
  readonly key: Span;
  readonly tree: Tree;
}

export type Path = readonly PropertyKey[];

/** The plain value of a tree; maps have no prototype, so that a key such as `__proto__` is a key like any other. */
export function toValue(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toValue);
  const value: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of tree.entries) value[key] = toValue(entry.tree);
  return value;
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

/** Where to point for a path: its value, or, for what is missing, the key of the nearest part that is there. */
export function spanAt(tree: Tree, path: Path): Span {
  const found = treeAt(tree, path);
  if (found) return found.span;
  const parent = path.slice(0, -1);
  return parent.length === 0 ? tree.span : keySpanAt(tree, parent);
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
export function mergeTrees(base: Tree, overlay: Tree): Tree {
  if (base.kind !== 'map' || overlay.kind !== 'map') return overlay;
  const entries = new Map(base.entries);
  for (const [key, over] of overlay.entries) {
    const under = base.entries.get(key);
    if (over.tree.kind === 'scalar' && over.tree.value === null) entries.delete(key);
    else entries.set(key, under ? { key: over.key, tree: mergeTrees(under.tree, over.tree) } : over);
  }
  return { ...base, entries };
}
