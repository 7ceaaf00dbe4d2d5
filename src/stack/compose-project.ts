import { join } from 'node:path';
import type { Adopted } from './adopted.ts';

/** How Compose is called for one stack, whatever the current folder holds. Paths are as people would type them. */
export interface ComposeProject {
  readonly name: string;
  /** Whether Compose calls the project so by itself: else every command has to say it. */
  readonly isSelfNamed: boolean;
  /** Whether Compose finds the files below by itself, in the current folder: else every command has to name them. */
  readonly isSelfFound: boolean;
  /** Its Compose files, in the order in which they are laid over each other. */
  readonly files: readonly string[];
  /** What to name to `up` in an adopted project, whose other services are up to its people; none stands for all. */
  readonly services: readonly string[];
  /** The services of an adopted project that run with another number of containers than its files say, and with which. */
  readonly scales: ReadonlyMap<string, number>;
  /** The folder that relative paths and `.env` belong to. */
  readonly directory: string;
  /** The folder that the rendered files lie in. */
  readonly folder: string;
}

/** As the plan names it: the whole stack. */
export const COMPOSE_FILE = 'docker-compose.yml';

/** What is laid over the files of an adopted project; it lies beside them. */
export const OVERLAY_FILE = 'docker-compose.pgbouncer.yml';

/** The name of the rendered Compose file, without its folder. */
export function composeFileOf({ adopted }: { readonly adopted: Adopted | undefined }): string {
  return adopted === undefined ? COMPOSE_FILE : OVERLAY_FILE;
}

/** Whether a path of a plan is the rendered Compose file, of either kind. */
export function isComposeFile(path: string): boolean {
  const [name, ...folders] = path.split('/').reverse();
  if (folders.length === 0) return name === COMPOSE_FILE;
  return name === OVERLAY_FILE && folders.every((folder) => folder === '..');
}

/**
 * The project of a stack that is rendered whole: one file, which names the project itself.
 * @param folder the output folder
 */
export function ownProject(name: string, folder: string): ComposeProject {
  return {
    name,
    isSelfNamed: true,
    isSelfFound: false,
    files: [join(folder, COMPOSE_FILE)],
    services: [],
    scales: new Map(),
    directory: folder,
    folder,
  };
}

/** An adopted project as its own files have it. */
export function withoutOverlay(project: ComposeProject): ComposeProject {
  return { ...project, files: project.files.slice(0, -1) };
}

/** The same project, with services that no `up` is to name. */
export function leaveAsleep(project: ComposeProject, asleep: ReadonlySet<string>): ComposeProject {
  return { ...project, services: project.services.filter((name) => !asleep.has(name)) };
}

/**
 * The project that a stack was laid over: its files, and ours last.
 * @param root the folder of the settings, which is that of its first file
 * @param folder the output folder
 */
export function adoptedProject(name: string, adopted: Adopted, root: string, folder: string): ComposeProject {
  const files = [...adopted.files, OVERLAY_FILE].map((file) => join(root, file));
  const isSelfFound = adopted.isPersistent && root === '.';
  const services = ['pgbouncer', ...adopted.services.map((service) => service.name)];
  const { isSelfNamed } = adopted;
  return { name, isSelfNamed, isSelfFound, files, services, scales: new Map(), directory: root, folder };
}
