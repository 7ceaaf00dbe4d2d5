import { UsageError } from '../problems/errors.ts';
import type { Problem } from '../problems/problem.ts';
import { nearestName } from './nearest.ts';
import { ENVIRONMENT_NAME } from './schema.ts';
import { placeOf } from './source.ts';
import { type MapTree, mergeTrees, type Tree } from './tree.ts';

/** The settings of each environment: its overlay laid over the base, in the order of the file. */
export type Environments = ReadonlyMap<string, Tree>;

/** Splits the settings file into its environments. */
export function splitEnvironments(root: MapTree): { environments: Environments; problems: Problem[] } {
  const problems: Problem[] = [];
  const complain = (code: string, span: Tree['span'], message: string, hint: string) => {
    problems.push({ code, severity: 'error', message, hint, at: placeOf(span) });
  };
  const entry = root.entries.get('environments');
  const rest = new Map(root.entries);
  rest.delete('environments');
  const base: MapTree = { ...root, entries: rest };
  const environments = new Map<string, Tree>();
  const hint = 'write `environments: { dev: {}, prod: {} }`';
  if (entry === undefined) {
    complain('missing-key', { ...root.span, end: root.span.start }, '`environments` is missing', hint);
    environments.set('dev', base);
  } else if (entry.tree.kind !== 'map' || entry.tree.entries.size === 0) {
    complain('value', entry.key, '`environments` must be a map with at least one environment', hint);
    environments.set('dev', base);
  } else {
    for (const [name, { key, tree }] of entry.tree.entries) {
      if (!ENVIRONMENT_NAME.test(name))
        complain(
          'name',
          key,
          `\`${name}\` cannot name an environment`,
          'use lowercase letters, digits, `-` and `_`',
        );
      const isNothing = tree.kind === 'scalar' && tree.value === null;
      if (tree.kind !== 'map' && !isNothing)
        complain(
          'value',
          tree.span,
          `\`environments.${name}\` must be a map`,
          'write what it changes as `key: value` lines, or `{}`',
        );
      environments.set(
        name,
        tree.kind === 'map' ? mergeTrees(base, layered(tree, `environments.${name}`)) : base,
      );
    }
  }
  return { environments, problems };
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
export function chooseEnvironment(environments: Environments, asked: string | undefined): string {
  const names = [...environments.keys()];
  if (asked === undefined) return names[0] ?? 'dev';
  if (environments.has(asked)) return asked;
  const nearest = nearestName(asked, names);
  const known = `the settings have ${names.join(', ')}`;
  throw new UsageError(
    `there is no environment ${JSON.stringify(asked)}`,
    nearest === undefined ? known : `did you mean ${nearest}? ${known}`,
  );
}
