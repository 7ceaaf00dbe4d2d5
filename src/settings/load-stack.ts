import { dirname, relative, resolve } from 'node:path';
import { SettingsError } from '../problems/errors.ts';
import { isError, type Problem } from '../problems/problem.ts';
import type { Stack } from '../stack/stack.ts';
import { describeIssue } from './describe-issue.ts';
import { chooseEnvironment, splitEnvironments } from './environments.ts';
import { Findings } from './finding.ts';
import { readOverrides } from './overrides.ts';
import { parseYaml } from './parse-yaml.ts';
import { readText } from './read-text.ts';
import { resolveStack } from './resolve-stack.ts';
import { checkRules } from './rules.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { namesOfSecrets } from './secret-names.ts';
import { SecretReader } from './secrets.ts';
import { mergeTrees, type Tree, toValue } from './tree.ts';
import { readVariables } from './variables.ts';

export interface LoadedStack {
  readonly stack: Stack;
  /** The checked settings, with the model's defaults. */
  readonly settings: Settings;
  /** The settings as written, with all layers laid over each other; for `config`. */
  readonly tree: Tree;
  readonly warnings: readonly Problem[];
  /** The folder of the settings file: relative paths in it start there. */
  readonly root: string;
  /** The settings file as people know it. */
  readonly file: string;
}

/**
 * Reads the settings file and everything that belongs to it, for one environment.
 * Every environment is checked, so that a fault in another one does not wait for its day.
 * @throws SettingsError with every problem; UsageError for an unknown environment
 */
export async function loadStack(
  options: { readonly config: string; readonly env?: string | undefined },
  world: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<LoadedStack> {
  const path = resolve(world.cwd, options.config);
  const root = dirname(path);
  const file = relative(world.cwd, path) || path;
  const base = await readTree(path, file);
  const { environments, problems } = splitEnvironments(base);
  const environment = chooseEnvironment(environments, options.env);
  for (const [name, tree] of environments) {
    if (name !== environment) problems.push(...checkTree(tree).problems);
  }

  const { variables, problems: variableProblems } = await readVariables(root, environment, world);
  const written = environments.get(environment) ?? base;
  const overrides = readOverrides(variables, namesOfSecrets(written), written.span);
  const tree = mergeTrees(written, overrides.overlay);
  const checked = checkTree(tree);
  problems.push(...variableProblems, ...overrides.problems, ...checked.problems);

  const found = new Findings(tree);
  const isSound = !checked.problems.some(isError);
  const secrets = new SecretReader(variables, found, { root, cwd: world.cwd });
  const stack =
    isSound && checked.settings ? await resolveStack(environment, checked.settings, secrets) : undefined;
  problems.push(...found.problems);
  const unique = removeRepeats(problems);
  if (stack === undefined || checked.settings === undefined || unique.some(isError))
    throw new SettingsError(unique);
  return { stack, settings: checked.settings, tree, warnings: unique, root, file };
}

async function readTree(path: string, file: string) {
  const read = await readText(path, file);
  if ('problem' in read) throw new SettingsError([read.problem]);
  const parsed = parseYaml(file, read.text);
  if ('problems' in parsed) throw new SettingsError(parsed.problems);
  if (parsed.tree.kind === 'map') return parsed.tree;
  const hint = 'write `key: value` lines; `ecar-pool init` in another folder writes a file to start from';
  throw new SettingsError([
    { code: 'value', severity: 'error', message: 'the file must be a map of settings', hint, at: { file } },
  ]);
}

function checkTree(tree: Tree): { settings: Settings | undefined; problems: Problem[] } {
  const parsed = settingsSchema.safeParse(toValue(tree));
  if (!parsed.success)
    return {
      settings: undefined,
      problems: parsed.error.issues.flatMap((issue) => describeIssue(issue, tree)),
    };
  return { settings: parsed.data, problems: checkRules(parsed.data, tree) };
}

/** A fault in the base shows in every environment: once is enough. In the order of the file. */
function removeRepeats(problems: readonly Problem[]): Problem[] {
  const seen = new Map(
    problems.map((problem) => [
      JSON.stringify([problem.at?.file, problem.at?.line, problem.at?.column, problem.message]),
      problem,
    ]),
  );
  return [...seen.values()].sort(
    (a, b) =>
      Number(isError(b)) - Number(isError(a)) ||
      (a.at?.file ?? '').localeCompare(b.at?.file ?? '') ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}
