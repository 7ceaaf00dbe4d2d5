import { UsageError } from '../problems/errors.ts';
import type { Code } from '../problems/pages.ts';
import type { Problem } from '../problems/problem.ts';
import { nearestName } from './nearest.ts';
import { ENVIRONMENT_NAME } from './schema.ts';
import { placeOf, type Span, wholeFile } from './source.ts';
import { type Entry, isBroken, isNothing, type MapTree, mergeTrees, type Tree } from './tree.ts';

/** The settings of each environment: its overlay laid over the base, in the order of the file. */
export type Environments = ReadonlyMap<string, Tree>;

const EXAMPLE = 'write `environments: { dev: {}, prod: {} }`';

/**
 * Splits the settings file into its environments.
 * @returns no environment where the file has none that can be used; the problems say why
 */
export function splitEnvironments(root: MapTree): {
  base: MapTree;
  environments: Environments;
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const complain = (code: Code, span: Span, message: string, hint: string) => {
    problems.push({ code, severity: 'error', message, hint, at: placeOf(span) });
  };
  const entry = root.entries.get('environments');
  const base: MapTree = { ...root, entries: without(root.entries, 'environments') };
  const environments = new Map<string, Tree>();
  if (entry === undefined) {
    complain('missing-key', wholeFile(root.span), '`environments` is missing', EXAMPLE);
  } else if (entry.tree.kind !== 'map' || entry.tree.entries.size === 0) {
    if (!isBroken(entry.tree))
      complain('value', entry.key, '`environments` must be a map with at least one environment', EXAMPLE);
  } else {
    for (const [name, { key, tree }] of entry.tree.entries) {
      const reason = explainName(name);
      if (reason !== undefined)
        complain(
          'name',
          key,
          `an environment cannot be called ${JSON.stringify(name)}: ${reason}`,
          'rename it',
        );
      if (tree.kind !== 'map' && !isBroken(tree) && !isNothing(tree))
        complain(
          'value',
          tree.span,
          `\`environments.${name}\` must be a map`,
          'write what it changes as `key: value` lines, or `{}`',
        );
      const nested = tree.kind === 'map' ? tree.entries.get('environments') : undefined;
      if (nested) complain('unknown-key', nested.key, 'environments do not nest', 'remove the block');
      const overlay =
        tree.kind === 'map' ? { ...tree, entries: without(tree.entries, 'environments') } : undefined;
      environments.set(name, overlay ? mergeTrees(base, layered(overlay, `environments.${name}`)) : base);
    }
  }
  return { base, environments, problems };
}

/** It names a folder and a file (`stack/<name>/`, `.env.<name>`), and a label in Compose. */
function explainName(name: string): string | undefined {
  if (name.length > 63) return 'it is longer than 63 characters';
  if (ENVIRONMENT_NAME.test(name)) return undefined;
  return 'it takes lowercase letters, digits, `-` and `_`, and starts with a letter or digit';
}

function without(entries: ReadonlyMap<string, Entry>, key: string): ReadonlyMap<string, Entry> {
  return new Map([...entries].filter(([name]) => name !== key));
}

/** Marks a whole tree as the layer that it is. */
function layered(tree: Tree, layer: string): Tree {
  if (tree.kind === 'scalar') return { ...tree, layer };
  if (tree.kind === 'list') return { ...tree, layer, items: tree.items.map((item) => layered(item, layer)) };
  const entries = [...tree.entries].map(
    ([key, entry]) => [key, { ...entry, tree: layered(entry.tree, layer) }] as const,
  );
  return { ...tree, layer, entries: new Map(entries) };
}

/** The environment that was asked for, or the first one; an unknown name is wrong usage. */
export function chooseEnvironment(
  environments: Environments,
  asked: string | undefined,
  file: string,
): string {
  const names = [...environments.keys()];
  if (asked === undefined) return names[0] ?? 'dev';
  if (environments.has(asked)) return asked;
  const nearest = nearestName(asked, names);
  const known = `the environments are ${names.join(', ')}`;
  throw new UsageError(
    `there is no environment ${JSON.stringify(asked)} in ${file}`,
    nearest === undefined ? known : `did you mean ${nearest}? ${known}`,
  );
}
