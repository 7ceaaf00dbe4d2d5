import { basename, isAbsolute, join, relative } from 'node:path';
import { editDotenv } from '../formats/edit-dotenv.ts';
import { findFile } from '../plan/find-file.ts';
import { replaceFile } from '../plan/put-file.ts';
import { RefusedError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import type { SecretReference } from '../settings/schema.ts';
import { readVariables } from '../settings/variables.ts';
import type { World } from './context.ts';
import type { Project } from './load-project.ts';
import { stackCommand } from './stack-command.ts';

/** Where the settings take a secret from, to be written there. */
export interface SecretPlace {
  /** As people know it: `DB_PASSWORD in .env.prod`. */
  readonly name: string;
  /** The file, absolute. */
  readonly path: string;
  /** The variable in it; undefined where the file is the secret. */
  readonly variable: string | undefined;
  /** Puts a value there, whole or not at all; every other byte stays. */
  write(value: string): Promise<void>;
}

/**
 * Finds the place of a secret that the settings refer to.
 * @throws RefusedError where something else would win over what is written, or has a copy of it
 */
export async function findSecretPlace(
  reference: SecretReference,
  { root, environment, stack }: Pick<Project, 'root' | 'environment' | 'stack'>,
  world: World,
  config: string,
): Promise<SecretPlace> {
  const { env: variable, file, command } = reference;
  if (command !== undefined)
    throw new RefusedError(
      `the password comes from the program ${command[0]}, which only gives it`,
      `change it there, then ${stackCommand('deploy', environment, { config })}`,
    );
  const shown = (path: string) => relative(world.cwd, path) || path;
  if (variable === undefined) {
    const path = isAbsolute(file ?? '') ? (file ?? '') : join(root, file ?? '');
    return {
      name: shown(path),
      path,
      variable,
      write: (value) => edit(path, (text) => value + (/\r?\n$/.exec(text)?.[0] ?? '')),
    };
  }
  const { variables } = await readVariables(root, environment, world);
  const found = variables.find(variable);
  const source = found !== undefined && 'span' in found ? found.span.source.name : '';
  const at = variables.files.find((path) => shown(path) === source);
  if (at === undefined)
    throw new RefusedError(
      `${variable} comes from the environment of this process, which cannot be written to`,
      `unset it, so that it is taken from ${variables.file}; or change it where it is set, then deploy`,
    );
  const isComposes = basename(at) === '.env';
  if (stack.adopted !== undefined && !isComposes)
    throw new RefusedError(
      `${variable} lies in ${source}, and Compose does not give it to your services from there`,
      'change the password where your services take it from and for the role, then deploy',
    );
  // The .env of all environments stays as it is: the others would be given the password, too.
  const path = stack.adopted === undefined ? join(root, `.env.${environment}`) : at;
  return {
    name: `${variable} in ${shown(path)}`,
    path,
    variable,
    write: (value) => edit(path, (text) => editDotenv(text, variable, value)),
  };
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  try {
    const found = await findFile(path);
    const text = found.bytes?.toString('utf8') ?? '';
    const changed = change(text);
    if (changed !== text) await replaceFile(found, Buffer.from(changed));
  } catch (error) {
    throw explainFileError(error, path, 'write');
  }
}
