import { existsSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import { OVERLAY_FILE } from '../stack/compose-project.ts';
import type { Findings } from './finding.ts';
import { type ReadLimits, readBytes } from './read-bytes.ts';
import type { Settings } from './schema.ts';

/** What Compose looks for where it is given no file: of each list the first that is there (compose-go, cli/options.go). */
const DEFAULT_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const DEFAULT_OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** The Compose files of an adopted project, as they are on the disk. */
export interface ComposeFiles {
  /** Relative to the folder of the settings, with `/`. */
  readonly files: readonly string[];
  /** Whether Compose would call the project by the name of the settings by itself. */
  readonly isSelfNamed: boolean;
  /** Whether COMPOSE_FILE makes Compose take these and the rendered one by itself. */
  readonly isPersistent: boolean;
  /** The files that were looked for, absolute. */
  readonly sources: readonly string[];
}

interface FileWorld extends Pick<ReadLimits, 'signal' | 'deadline'> {
  readonly root: string;
  /** Looks a variable up, as Compose would. */
  readonly find: (name: string) => object | undefined;
}

/** The files that Compose takes in a folder by itself. */
export function findDefaultFiles(root: string): string[] {
  const first = (names: readonly string[]) => names.find((name) => existsSync(join(root, name))) ?? [];
  const files = [first(DEFAULT_FILES)].flat();
  return files.length === 0 ? [] : [...files, ...[first(DEFAULT_OVERRIDES)].flat()];
}

/** What stands between the files in COMPOSE_FILE: COMPOSE_PATH_SEPARATOR, or what does in PATH (compose-go, cli/options.go). */
export function pathSeparator(find: (name: string) => string | undefined): string {
  return find('COMPOSE_PATH_SEPARATOR') || delimiter;
}

/** The files that a COMPOSE_FILE names. */
export function splitComposeFile(value: string, find: (name: string) => string | undefined): string[] {
  return value.split(pathSeparator(find)).filter((file) => file !== '');
}

/** Finds the files that the settings name, or Compose's own; a file that is not there is a problem. */
export async function readComposeFiles(
  { name, compose }: Pick<Settings, 'name' | 'compose'>,
  found: Findings,
  { root, find, ...limits }: FileWorld,
): Promise<ComposeFiles | undefined> {
  if (compose === undefined) return undefined;
  const files = compose.files ?? findDefaultFiles(root);
  if (files.length === 0) {
    const hint = 'name its files under `compose.files`';
    found.key('compose-files', ['compose'], 'no Compose file lies beside the settings', hint);
  }
  for (const [index, file] of (compose.files ?? []).entries()) {
    if (existsSync(resolve(root, file))) continue;
    const hint = 'correct the path, which starts at the settings file';
    found.value('compose-files', ['compose', 'files', index], `there is no file ${file}`, hint);
  }
  const natural = await naturalName(files, { root, find, ...limits });
  const looked = compose.files ?? [...DEFAULT_FILES, ...DEFAULT_OVERRIDES];
  const textOf = (name: string) => {
    const given = find(name);
    return given !== undefined && 'value' in given ? String(given.value) : undefined;
  };
  const listed = splitComposeFile(textOf('COMPOSE_FILE') ?? '', textOf);
  const isPersistent = listed.join('\n') === [...files, OVERLAY_FILE].join('\n');
  return {
    files,
    isSelfNamed: natural === name,
    isPersistent,
    sources: looked.map((file) => resolve(root, file)),
  };
}

/**
 * The name that Compose gives a project which is not told any: COMPOSE_PROJECT_NAME, else the last `name:` of its
 * files, else the folder's (compose-go, cli/options.go). Undefined where only Compose can tell.
 */
export async function naturalName(
  files: readonly string[],
  { root, find, ...limits }: FileWorld,
): Promise<string | undefined> {
  const given = find('COMPOSE_PROJECT_NAME');
  if (given !== undefined) return 'value' in given ? String(given.value) : undefined;
  for (const file of files.toReversed()) {
    const bytes = await readBytes(resolve(root, file), limits).catch(() => Buffer.of());
    const [, written] = /^["']?name["']?[ \t]*:[ \t]*(.*)$/m.exec(bytes.toString('utf8')) ?? [];
    if (written !== undefined) return /^(["']?)([a-z0-9][a-z0-9_-]*)\1[ \t\r]*(?:#.*)?$/.exec(written)?.[2];
  }
  return normalise(basename(root));
}

function normalise(folder: string): string {
  return folder
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}
