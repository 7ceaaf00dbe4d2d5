import { dirname, relative, resolve } from 'node:path';
import { SettingsError } from '../problems/errors.ts';
import { isError, type Place, type Problem } from '../problems/problem.ts';
import type { Sources } from '../stack/sources.ts';
import type { Stack } from '../stack/stack.ts';
import { checkSettings } from './check-settings.ts';
import { listConfigFiles, readConfigFiles } from './config-files.ts';
import { chooseEnvironment, type Environments, splitEnvironments } from './environments.ts';
import { Findings } from './finding.ts';
import { OVERRIDE_PREFIX, readOverrides } from './overrides.ts';
import { parseYaml } from './parse-yaml.ts';
import type { ReadLimits } from './read-bytes.ts';
import { readText } from './read-text.ts';
import { resolveStack } from './resolve-stack.ts';
import type { Settings } from './schema.ts';
import { namesOfSecrets } from './secret-names.ts';
import { listSecretUses } from './secret-uses.ts';
import { SecretReader } from './secrets.ts';
import { nameEnvironments, sortProblems } from './sort-problems.ts';
import { lineAt, placeOf, type Span, wholeFile } from './source.ts';
import { type MapTree, mergeTrees, type Tree } from './tree.ts';
import { readVariables } from './variables.ts';

export interface LoadedStack {
  readonly stack: Stack;
  /** The checked settings, with the model's defaults. */
  readonly settings: Settings;
  /** The settings as written, with all layers laid over each other; for `config`. */
  readonly tree: Tree;
  readonly warnings: readonly Problem[];
  readonly sources: Sources;
  /** The folder of the settings file: relative paths in it start there. */
  readonly root: string;
  /** The settings file as people know it. */
  readonly file: string;
}

/** Where settings are read, and how long that may take. */
interface SettingsWorld extends Pick<ReadLimits, 'signal' | 'deadline'> {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the settings file and everything that belongs to it, for one environment.
 * Every environment is checked, so that a fault in another one does not wait for its day.
 * @throws SettingsError with every problem; UsageError for an unknown environment
 */
export async function loadStack(
  options: { readonly config: string; readonly env?: string | undefined },
  world: SettingsWorld,
): Promise<LoadedStack> {
  const path = resolve(world.cwd, options.config);
  const root = dirname(path);
  const file = relative(world.cwd, path) || path;
  const { root: written, problems } = await readTree(path, file, world);
  const { base, environments, problems: splitProblems } = splitEnvironments(written);
  // Where the file has no environment to choose from, that is the problem, and not the choice.
  const environment =
    environments.size === 0 ? (options.env ?? 'dev') : chooseEnvironment(environments, options.env, file);
  const chosen = environments.get(environment) ?? base;

  const { variables, problems: variableProblems } = await readVariables(root, environment, world);
  const overrides = readOverrides(variables, namesOfSecrets(chosen), wholeFile(written.span));
  const tree = mergeTrees(chosen, overrides.overlay);
  const checked = checkSettings(tree);
  const found = new Findings(tree, checked.refused);
  const uses = listSecretUses(checked.sections);
  const secrets = await new SecretReader(variables, found, { ...world, root }).readAll(uses);
  const files = await readConfigFiles(checked.sections.pgbouncer ?? {}, found, { ...world, root });
  problems.push(
    ...splitProblems,
    ...variableProblems,
    ...overrides.problems,
    ...found.problems,
    ...nameEnvironments(
      new Map([...checkOthers(environments, environment), [environment, checked.problems]]),
      (place) => place.file === file && !isWithin(place, written.entries.get('environments')?.tree.span),
    ),
  );
  const sorted = sortProblems(problems);
  if (checked.settings === undefined || sorted.some(isError)) throw new SettingsError(sorted);
  const stack = resolveStack(environment, checked.settings, secrets, files);
  const references = uses.map(({ reference }) => reference);
  const sources = {
    files: [
      path,
      ...variables.files,
      ...references.flatMap(({ file: name }) => (name === undefined ? [] : resolve(root, name))),
      ...listConfigFiles(checked.settings.pgbouncer).map(([, name]) => resolve(root, name)),
    ],
    variables: references.flatMap(({ env = [] }) => env),
    prefix: OVERRIDE_PREFIX,
  };
  return { stack, settings: checked.settings, tree, warnings: sorted, sources, root, file };
}

async function readTree(
  path: string,
  file: string,
  world: SettingsWorld,
): Promise<{ root: MapTree; problems: Problem[] }> {
  const advice = {
    missing: 'run `ecar-pool init` to write one, or name it with --config FILE',
    directory: 'name the file in it with --config FILE',
  };
  const read = await readText(path, file, advice, world);
  if ('problem' in read) throw new SettingsError([read.problem]);
  const { tree: root, problems } = parseYaml(file, read.text);
  if (root?.kind === 'map') return { root, problems };
  if (root !== undefined && problems.length === 0)
    problems.push({
      code: 'value',
      severity: 'error',
      message: `the file must be a map of settings (\`key: value\` lines), not ${root.kind === 'list' ? 'a list' : 'a single value'}`,
      hint: 'run `ecar-pool init` in another folder for one to start from',
      at: placeOf(root.span),
    });
  throw new SettingsError(problems);
}

function isWithin({ line = 0 }: Place, span: Span | undefined): boolean {
  if (span === undefined) return false;
  const { lineStarts } = span.source;
  return line > lineAt(lineStarts, span.start) && line <= lineAt(lineStarts, span.end - 1) + 1;
}

/** Every other environment is checked too, so that a fault in it does not wait for its day. */
function checkOthers(environments: Environments, chosen: string): Map<string, readonly Problem[]> {
  const others = [...environments].filter(([name]) => name !== chosen);
  return new Map(others.map(([name, tree]) => [name, checkSettings(tree).problems]));
}
