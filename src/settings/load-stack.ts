import { dirname, relative, resolve } from 'node:path';
import { SettingsError } from '../problems/errors.ts';
import { isError, isWarning, type Place, type Problem } from '../problems/problem.ts';
import type { Sources } from '../stack/sources.ts';
import type { Stack } from '../stack/stack.ts';
import { checkSettings } from './check-settings.ts';
import { readComposeFiles } from './compose-files.ts';
import { listConfigFiles, readConfigFiles } from './config-files.ts';
import { chooseEnvironment, type Environments, splitEnvironments } from './environments.ts';
import { Findings } from './finding.ts';
import type { Ignored } from './ignores.ts';
import { OVERRIDE_PREFIX, readOverrides } from './overrides.ts';
import { parseYaml } from './parse-yaml.ts';
import type { ReadLimits } from './read-bytes.ts';
import { readText } from './read-text.ts';
import { resolveStack } from './resolve-stack.ts';
import { checkTrustOfFile } from './rules/exposure.ts';
import { checkStoredSecrets } from './rules/logins.ts';
import { checkPasswords } from './rules/passwords.ts';
import type { CommandWorld } from './run-secret-command.ts';
import type { Settings } from './schema.ts';
import { namesOfSecrets } from './secret-names.ts';
import { listSecretUses } from './secret-uses.ts';
import { type GivenSecret, SecretReader } from './secrets.ts';
import { nameEnvironments, sortProblems } from './sort-problems.ts';
import { lineAt, placeOf, type Source, type Span, wholeFile } from './source.ts';
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

/** All that can be said of settings. */
export interface Inspection extends Pick<LoadedStack, 'root' | 'file'>, Ignored {
  readonly environment: string;
  /** What they give, where only judgement stands against it. */
  readonly loaded: Omit<LoadedStack, 'warnings'> | undefined;
}

/** Where settings are read, and how long that may take. */
interface SettingsWorld extends Pick<ReadLimits, 'signal' | 'deadline'>, Pick<CommandWorld, 'onWait'> {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is to count as a secret before it is one. */
  readonly given?: GivenSecret | undefined;
}

interface Asked {
  readonly config: string;
  readonly env?: string | undefined;
}

/**
 * Reads the settings file and everything that belongs to it, for one environment.
 * @throws SettingsError with every problem; UsageError for an unknown environment
 */
export async function loadStack(options: Asked, world: SettingsWorld): Promise<LoadedStack> {
  const { loaded, problems } = await inspectSettings(options, world);
  if (loaded === undefined) throw new SettingsError(problems.filter(({ waits }) => !waits));
  if (problems.some((problem) => isError(problem) && !problem.byTime)) throw new SettingsError(problems);
  return { ...loaded, warnings: problems.filter((problem) => isWarning(problem) || problem.byTime) };
}

/**
 * Reads the same and tells all that is wrong with it, or might be.
 * Every environment is checked, so that a fault in another one does not wait for its day.
 * @throws SettingsError where the file cannot be read as settings at all; UsageError for an unknown environment
 */
export async function inspectSettings(options: Asked, world: SettingsWorld): Promise<Inspection> {
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
  const others = [...environments.keys()].filter((name) => name !== environment);
  const secrets = await new SecretReader(variables, found, { ...world, root, others }).readAll(uses);
  checkPasswords(checked.sections, secrets, found);
  checkStoredSecrets(checked.sections, secrets, found);
  const { name = '', compose, pgbouncer, users = {} } = checked.sections;
  const composeFiles = await readComposeFiles({ name, compose }, found, {
    ...world,
    root,
    find: variables.find,
  });
  const configFiles = await readConfigFiles(checked.sections, found, { ...world, root });
  if (configFiles.size > 0) {
    const { checkCertificates } = await import('./rules/certificates.ts');
    const who = { pgbouncer: pgbouncer ?? {}, users: Object.keys(users) };
    checkCertificates(who, configFiles, Date.now(), found);
  }
  const rules = configFiles.get('pgbouncer.auth_hba_file');
  if (rules !== undefined && pgbouncer !== undefined) checkTrustOfFile(rules.text, pgbouncer, found);
  problems.push(
    ...splitProblems,
    ...variableProblems,
    ...overrides.problems,
    ...found.problems,
    ...nameEnvironments(
      // The one that was asked for first: of several that say the same, its words are kept.
      new Map([[environment, checked.problems], ...checkOthers(environments, environment)]),
      (place) => place.file === file && !isWithin(place, written.entries.get('environments')?.tree.span),
    ),
  );
  const judged = await overrule(problems, written.span.source);
  const all = sortProblems(judged.problems);
  const result = { environment, root, file, problems: all, ignored: judged.ignored };
  if (checked.settings === undefined || all.some((problem) => isError(problem) && !problem.ignorable))
    return { ...result, loaded: undefined };
  const stack = resolveStack(environment, checked.settings, secrets, { composeFiles, configFiles });
  const references = uses.map(({ reference }) => reference);
  const sources = {
    files: [
      path,
      ...variables.files,
      ...(composeFiles?.sources ?? []),
      ...references.flatMap(({ file: name }) => (name === undefined ? [] : resolve(root, name))),
      ...listConfigFiles(checked.settings).map(([, name]) => resolve(root, name)),
    ],
    variables: [...references.flatMap(({ env = [] }) => env), 'COMPOSE_PROJECT_NAME'],
    prefix: OVERRIDE_PREFIX,
    isWhole: references.every(({ command }) => command === undefined),
  };
  return { ...result, loaded: { stack, settings: checked.settings, tree, sources, root, file } };
}

/** Without what comments in the file overrule. The pages are loaded for a file that has such comments. */
async function overrule(problems: readonly Problem[], source: Source): Promise<Ignored> {
  if (!/#\s*ecar-pool:\s*ignore\b/.test(source.text)) return { problems, ignored: [] };
  const { applyIgnores } = await import('./ignores.ts');
  return applyIgnores(problems, source);
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
