import { interpolate, parseInterpolation } from '../formats/interpolation.ts';
import type { ServiceModel } from './project-model.ts';

/** A variable of a `.env` or another env_file: what was written, and what it is. */
export interface FileVariable {
  /** In Compose's own syntax, as far as the file interpolates it. */
  readonly written: string;
  readonly value: string;
}

/** The variables that Compose puts in and hands on. */
export interface ProjectVariables {
  /** Of the project's `.env`, by name. */
  readonly dotenv: ReadonlyMap<string, FileVariable>;
  /** Of the environment that Compose is called in; it wins over `.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of each env_file, by its path as it is written; one that is not there is left out. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, FileVariable>>;
}

/** A variable that a service is given. */
export interface GivenVariable {
  readonly name: string;
  /** Compose's syntax, with the variables of `.env` in it as far as that tells them. */
  readonly template: string;
  readonly value: string;
  /** The variable of `.env`, or of the environment, that holds the whole value; undefined where it lies elsewhere. */
  readonly holder: string | undefined;
}

/** What Compose would put in for a name. */
export function findVariable({ dotenv, env }: ProjectVariables, name: string): string | undefined {
  return env[name] ?? dotenv.get(name)?.value;
}

/**
 * What a service is given, by Compose's rules: `environment` wins over `env_file`, whose last file wins; a variable
 * without a value is that of `.env` (compose-go, loader).
 */
export function listGiven(
  service: ServiceModel,
  variables: ProjectVariables,
): ReadonlyMap<string, GivenVariable> {
  const given = new Map<string, GivenVariable>();
  for (const file of service.env_file) {
    if (/^(?:\.\/)?\.env$/.test(file))
      for (const name of variables.dotenv.keys()) given.set(name, follow(name, name, variables));
    else
      for (const [name, { written, value }] of variables.files.get(file) ?? [])
        given.set(name, { name, template: written, value, holder: undefined });
  }
  for (const [name, written] of service.environment) {
    const found = resolve(name, written ?? `\${${name}}`, variables);
    if (written !== undefined || found.value !== '') given.set(name, found);
  }
  return given;
}

/** A text that is one variable and nothing else is followed to what that is made of, so that its parts can be told. */
function resolve(name: string, written: string, variables: ProjectVariables): GivenVariable {
  const [piece, ...others] = parseInterpolation(written);
  const value = interpolate(written, (other) => findVariable(variables, other));
  if (piece !== undefined && 'name' in piece && others.length === 0) {
    if (findVariable(variables, piece.name)) return follow(name, piece.name, variables);
    if (piece.operator.endsWith('-')) return resolve(name, piece.word, variables);
  }
  return { name, template: written, value, holder: undefined };
}

/** The last of several variables that are each the next one and nothing else holds the value. */
export function follow(name: string, holder: string, variables: ProjectVariables, depth = 0): GivenVariable {
  const value = findVariable(variables, holder) ?? '';
  const { written } = variables.dotenv.get(holder) ?? {};
  if (variables.env[holder] !== undefined || written === undefined)
    return { name, template: `\${${holder}}`, value, holder };
  const [piece, ...others] = parseInterpolation(written);
  const next = piece !== undefined && 'name' in piece && others.length === 0 ? piece.name : undefined;
  if (next !== undefined && depth < 10 && findVariable(variables, next))
    return follow(name, next, variables, depth + 1);
  return { name, template: written, value, holder };
}
