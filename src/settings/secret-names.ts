import type { Tree } from './tree.ts';

/** The variables that `env:` references name, wherever they stand: they are secrets, not overrides. */
export function namesOfSecrets(tree: Tree): ReadonlySet<string> {
  const names = new Set<string>();
  collect(tree, names);
  return names;
}

function collect(tree: Tree, names: Set<string>): void {
  if (tree.kind === 'list') for (const item of tree.items) collect(item, names);
  if (tree.kind !== 'map') return;
  for (const [key, { tree: value }] of tree.entries) {
    if (key === 'env' && value.kind === 'scalar') names.add(String(value.value));
    else collect(value, names);
  }
}
