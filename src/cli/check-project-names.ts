import { readProjectModel } from '../adopt/project-model.ts';
import { createDocker } from '../docker/docker.ts';
import { readComposeConfig } from '../docker/read-compose-config.ts';
import { EnvironmentError, SettingsError } from '../problems/errors.ts';
import { Findings } from '../settings/finding.ts';
import type { LoadedStack } from '../settings/load-stack.ts';
import { checkProjectNames } from '../settings/rules/project-names.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import type { World } from './context.ts';

const NAMES_MS = 30_000;

interface NamesWorld extends Pick<World, 'cwd' | 'env' | 'signal'> {
  /** On the clock of `performance.now()`. */
  readonly deadline?: number;
}

/**
 * Holds the names in the settings of an adopted project against the project itself, as Compose reads it. What Compose
 * cannot read is for those to tell who have it do something.
 * @throws SettingsError with all names that do not fit
 */
export async function checkNamesOf(
  {
    stack,
    settings,
    tree,
    compose,
  }: Pick<LoadedStack, 'stack' | 'settings' | 'tree'> & {
    readonly compose: ComposeProject;
  },
  { cwd, env, signal, deadline = performance.now() + NAMES_MS }: NamesWorld,
): Promise<void> {
  if (stack.adopted === undefined) return;
  const docker = createDocker({ cwd, env, signal, hidden: [], secrets: [], deadline });
  const own = { ...compose, files: compose.files.slice(0, -1) };
  const config = await readComposeConfig(docker, own).catch((error: unknown) => {
    if (error instanceof EnvironmentError) return undefined;
    throw error;
  });
  if (config === undefined || !('model' in config)) return;
  const { services, networks } = readProjectModel(config.model);
  const found = new Findings(tree);
  checkProjectNames(settings, { services: [...services.keys()], networks: [...networks.keys()] }, found);
  if (found.problems.length > 0) throw new SettingsError(found.problems);
}
