import type { ProjectModel } from '../adopt/project-model.ts';
import { ExpectedError } from '../problems/errors.ts';
import type { Stack } from '../stack/stack.ts';
import type { World } from './context.ts';
import { readByOurselves, readPassingTags, readVariables } from './read-compose-project.ts';

/** Services that no command is to name, and why. */
export interface LeftAlone {
  readonly services: readonly string[];
  readonly why: string;
}

/**
 * The services of an adopted project that its files give a profile, and that no profile which is on starts: `up` would
 * start them where it is told their names. Docker is not asked, so one that runs all the same is among them; and all of
 * them are where the files cannot be read without Compose.
 * @param root the folder of the settings
 */
export async function findProfilesOff(
  { adopted }: Pick<Stack, 'adopted'>,
  root: string,
  { env }: Pick<World, 'env'>,
): Promise<LeftAlone> {
  const names = adopted?.services.map(({ name }) => name) ?? [];
  if (adopted === undefined || names.length === 0) return { services: [], why: '' };
  try {
    // A tag could take a profile away again: then the service is left alone for nothing, which is said.
    const model = await readByOurselves(root, adopted.files, readPassingTags);
    const dotenv = await readVariables(root, '.env', (name) => env[name]);
    const on = (env['COMPOSE_PROFILES'] ?? dotenv.get('COMPOSE_PROFILES')?.value ?? '').split(/\s*,\s*/);
    return {
      services: names.filter((name) => isOff(name, model, on)),
      why: 'no profile that is on starts it',
    };
  } catch (error) {
    if (!(error instanceof ExpectedError || isRefusal(error))) throw error;
    return { services: names, why: `its profiles are not known: ${error.message}` };
  }
}

/** Of the file system: Compose may be allowed what we are not. */
function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function isOff(name: string, { services }: ProjectModel, on: readonly string[]): boolean {
  const profiles = services.get(name)?.profiles ?? [];
  return profiles.length > 0 && !on.includes('*') && !profiles.some((profile) => on.includes(profile));
}
