import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { layFilesOver } from '../adopt/lay-over.ts';
import { type ProjectModel, readProjectModel } from '../adopt/project-model.ts';
import type { FileVariable, ProjectVariables } from '../adopt/project-variables.ts';
import { readEnvFile } from '../adopt/read-env-file.ts';
import { createDocker } from '../docker/docker.ts';
import { readComposeConfig } from '../docker/read-compose-config.ts';
import { readComposeYaml } from '../formats/compose-yaml.ts';
import { FormatError } from '../formats/format-error.ts';
import { interpolate } from '../formats/interpolation.ts';
import { EnvironmentError, UsageError } from '../problems/errors.ts';
import type { Reporter } from '../report/reporter.ts';
import { findDefaultFiles, splitComposeFile } from '../settings/compose-files.ts';
import { adoptedProject } from '../stack/compose-project.ts';
import type { World } from './context.ts';

interface ComposeProjectFound {
  readonly model: ProjectModel;
  readonly variables: ProjectVariables;
  /** All files of the project, relative to its folder. */
  readonly files: readonly string[];
}

const CONFIG_MS = 30_000;

/**
 * Reads a project of Compose files: through Compose where there is one, which knows every rule; by ourselves where not.
 * @param named the files that were asked for, relative to the folder; where that is the one that Compose finds by
 *   itself, the others that it then takes count, too
 */
export async function readComposeProject(
  folder: string,
  named: readonly string[],
  world: World,
  report: Reporter,
): Promise<ComposeProjectFound> {
  for (const file of named)
    if (!existsSync(resolve(folder, file)))
      throw new UsageError(`there is no file ${file}`, 'name the Compose files of the project');
  const dotenv = await readVariables(folder, '.env', (name) => world.env[name]);
  const find = (name: string) => world.env[name] ?? dotenv.get(name)?.value;
  const files = chooseFiles(folder, named, find);
  report.progress('reading the project ...');
  const model = await readModel(folder, files, world);
  const written = new Set([...model.services.values()].flatMap(({ env_file }) => env_file));
  const envFiles = await Promise.all(
    [...written].map(
      async (path) => [path, await readVariables(folder, interpolate(path, find), find)] as const,
    ),
  );
  return { model, files, variables: { dotenv, env: world.env, files: new Map(envFiles) } };
}

function chooseFiles(
  folder: string,
  named: readonly string[],
  find: (name: string) => string | undefined,
): readonly string[] {
  if (named.length !== 1) return named;
  const given = find('COMPOSE_FILE');
  const listed = given === undefined ? findDefaultFiles(folder) : splitComposeFile(given, find);
  return listed[0] === named[0] ? listed : named;
}

async function readModel(folder: string, files: readonly string[], world: World): Promise<ProjectModel> {
  const { cwd, env, signal } = world;
  const deadline = performance.now() + CONFIG_MS;
  const docker = createDocker({ cwd, env, signal, hidden: [], secrets: [], deadline });
  const adopted = { files, isSelfNamed: true, isPersistent: false, networks: [], profiles: [], services: [] };
  const { files: overlaid, ...project } = adoptedProject('ecar-pool', adopted, folder, folder);
  const config = await readComposeConfig(docker, { ...project, files: overlaid.slice(0, -1) }).catch(
    (error: unknown) => {
      // Without docker there is nothing wrong with the project.
      if (error instanceof EnvironmentError) return { absent: true } as const;
      throw error;
    },
  );
  if ('model' in config) return readProjectModel(config.model);
  if ('failure' in config)
    throw new UsageError(
      `Compose cannot read the project: ${config.failure}`,
      'mend that first: docker compose config shows it',
    );
  return readByOurselves(folder, files, readComposeText);
}

function layOver(files: readonly string[], load: (path: string) => unknown): unknown {
  try {
    return layFilesOver(files, load);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(error.message, 'mend the files first: Compose refuses them, too');
  }
}

/** Compose's own tags change the rules by which files are laid over each other; only Compose knows them all. */
const TAG = /[:\s]!(?:reset|override)\b/;

/**
 * Reads a project without Compose.
 * @param parse reads the text of one file
 * @throws UsageError where a file is not there, or cannot be laid over the others
 */
export async function readByOurselves(
  folder: string,
  files: readonly string[],
  parse: (path: string, text: string) => unknown,
): Promise<ProjectModel> {
  const texts = new Map<string, string>();
  // What a file extends or includes is known only once it is read: then it starts anew with that one, too.
  for (;;) {
    let wanted: string | undefined;
    const load = (path: string) => {
      const text = texts.get(path);
      if (text === undefined) {
        wanted = path;
        return {};
      }
      return parse(path, text);
    };
    const document = layOver(files, load);
    if (wanted === undefined) return readProjectModel(document);
    texts.set(wanted, await readProjectFile(folder, wanted));
  }
}

function readComposeText(path: string, text: string): unknown {
  if (TAG.test(text))
    throw new EnvironmentError(
      `${path} uses !reset or !override, which only Compose itself can apply`,
      'install the Docker Compose plugin, 2.24.4 or later: https://docs.docker.com/compose/install/linux/',
    );
  return readPassingTags(path, text);
}

/** Reads a Compose file as if it had no tags. */
export function readPassingTags(path: string, text: string): unknown {
  try {
    return readComposeYaml(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const place = error.line === undefined ? path : `${path}:${error.line}:${error.column}`;
    throw new UsageError(`${place}: ${error.message}`, 'mend the file first');
  }
}

async function readProjectFile(folder: string, path: string): Promise<string> {
  return readFile(resolve(folder, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'EISDIR') throw error;
    throw new UsageError(
      `the project names the file ${path}, which cannot be read here`,
      'put it there, or install the Docker Compose plugin, which can fetch it: https://docs.docker.com/compose/install/linux/',
    );
  });
}

/** The variables of an env_file; none where there is no such file, as for one that is not required. */
export async function readVariables(
  folder: string,
  path: string,
  find: (name: string) => string | undefined,
): Promise<ReadonlyMap<string, FileVariable>> {
  const text = await readFile(join(folder, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  try {
    return readEnvFile(text, find);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(
      `${path}:${error.line}:${error.column}: ${error.message}`,
      'mend the file first: Compose refuses it, too',
    );
  }
}
