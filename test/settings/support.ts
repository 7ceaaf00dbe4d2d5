import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedStack, loadStack } from '../../src/settings/load-stack.ts';
import { parseYaml } from '../../src/settings/parse-yaml.ts';
import type { Tree } from '../../src/settings/tree.ts';
import { tempFolder } from '../support/temp-project.ts';

/** Settings in which each secret has one name, so that a test sees which place it came from. */
export const SETTINGS = `name: ecar
postgres: { host: db.example.com }
databases:
  ecar_db: { users: [ecar_user] }
users:
  ecar_user: { password: { env: DB_PASSWORD } }
  admin: { password: { env: ADMIN_PASSWORD }, role: admin }
environments: { dev: {}, prod: {} }
`;

export const SECRETS = { DB_PASSWORD: 'apple-tree', ADMIN_PASSWORD: 'pear-tree' };

/** Loads settings from a folder with these further files, for `prod` unless told otherwise. */
export async function load(
  settings: string | Buffer = SETTINGS,
  {
    env = SECRETS,
    files = {},
    environment = 'prod',
  }: { env?: Record<string, string>; files?: Record<string, string>; environment?: string } = {},
): Promise<LoadedStack> {
  const folder = tempFolder();
  writeFileSync(join(folder, 'ecar-pool.yaml'), settings);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return loadStack({ config: 'ecar-pool.yaml', env: environment }, { cwd: folder, env });
}

/** The tree of a YAML text that has no problem. */
export function treeOf(text: string): Tree {
  const { tree, problems } = parseYaml('test.yaml', text);
  if (tree === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  return tree;
}
