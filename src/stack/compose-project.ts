import { join } from 'node:path';

/** How Compose is called for one stack, whatever the current folder holds. Paths are as people would type them. */
export interface ComposeProject {
  readonly name: string;
  /** Whether Compose calls the project so by itself: else every command has to say it. */
  readonly isSelfNamed: boolean;
  /** Its Compose files, in the order in which they are laid over each other. */
  readonly files: readonly string[];
  /** The folder that relative paths and `.env` belong to. */
  readonly directory: string;
  /** The folder that the rendered files lie in. */
  readonly folder: string;
}

/** As the plan names it. */
export const COMPOSE_FILE = 'docker-compose.yml';

/**
 * The project of a stack that is rendered whole: one file, which names the project itself.
 * @param folder the output folder
 */
export function ownProject(name: string, folder: string): ComposeProject {
  return { name, isSelfNamed: true, files: [join(folder, COMPOSE_FILE)], directory: folder, folder };
}
