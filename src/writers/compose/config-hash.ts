import { pbkdf2Sync } from 'node:crypto';
import { SCRAM_DEFAULT_ITERATIONS } from '../../credentials/scram.ts';
import type { Stack } from '../../stack/stack.ts';
import { dotenvVariables } from '../dotenv.ts';
import { listSecretFiles } from './secret-files.ts';
import type { Service } from './service.ts';

/**
 * A hash of all that a container is made from: its service as rendered, and the values of `.env` that Compose
 * interpolates into it or copies into it as files. As a label it lets `verify` tell a container that was made before
 * something changed. Compose recreates a container for each of these anyway, but for a file: for that the label does.
 *
 * It stands in docker-compose.yml and in `docker inspect`, so the values, which are passwords, go through
 * PBKDF2 at the cost of a SCRAM verifier, salted with project, environment and definition: whoever guesses at
 * it is no faster than at a verifier in userlist.txt.
 */
export function hashConfig(name: string, service: Service, stack: Stack): string {
  const definition = JSON.stringify(service);
  const variables = dotenvVariables(stack);
  const names = [...listInterpolated(definition), ...listSecretFiles(service)];
  const values = names.map((variable) => variables.get(variable));
  const salt = JSON.stringify(['ecar-pool config-hash', stack.name, stack.environment, name, definition]);
  const hash = pbkdf2Sync(JSON.stringify(values), salt, SCRAM_DEFAULT_ITERATIONS, 8, 'sha256');
  return hash.toString('hex');
}

/** The variables that Compose takes a value for; `$${NAME}` is an escaped dollar and no variable. */
function listInterpolated(definition: string): string[] {
  return [...definition.matchAll(/(?<!\$)(?:\$\$)*\$\{(\w+):\?/g)].map(([, name = '']) => name);
}
