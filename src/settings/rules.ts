import type { Problem } from '../problems/problem.ts';
import { Findings } from './finding.ts';
import { checkApp, checkResources } from './rules/app.ts';
import { checkDatabases } from './rules/databases.ts';
import { checkPgbouncer, checkSettingVersions } from './rules/pgbouncer.ts';
import { checkPostgres } from './rules/postgres.ts';
import { checkUsers } from './rules/users.ts';
import type { Settings } from './schema.ts';
import type { Tree } from './tree.ts';

const RULES: readonly ((settings: Settings, found: Findings) => void)[] = [
  checkPostgres,
  checkPgbouncer,
  checkSettingVersions,
  checkDatabases,
  checkUsers,
  checkApp,
  checkResources,
];

/** What the model cannot say of one value alone: names, references, and what a version can do. */
export function checkRules(settings: Settings, tree: Tree): Problem[] {
  const found = new Findings(tree);
  for (const rule of RULES) rule(settings, found);
  return found.problems;
}
