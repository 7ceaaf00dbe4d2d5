import { dirname, join, resolve } from 'node:path';
import { readDotenv } from '../formats/dotenv.ts';
import { FormatError } from '../formats/format-error.ts';
import type { Place } from '../problems/problem.ts';
import { isSecretName } from '../settings/conceal-secrets.ts';
import { placeOf } from '../settings/source.ts';
import { type MapTree, type Tree, treeAt } from '../settings/tree.ts';
import { interpolate } from './interpolate.ts';
import type { Losses } from './losses.ts';
import type { FindFile, FoundFile } from './pooler-config.ts';

/** A variable of a service and where it is set. */
export interface ServiceVariable {
  readonly value: string;
  readonly at: Place;
}

/** What a container of the service gets to see. */
export interface ServiceEnvironment {
  readonly variables: ReadonlyMap<string, ServiceVariable>;
  /** Finds a file by its path in the container. */
  readonly find: FindFile;
}

type Lookup = (name: string) => string | undefined;

/** What Compose puts in for `${NAME}`: the shell's variables come before those of .env beside the file. */
export async function readLookup(
  file: FoundFile,
  find: FindFile,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Lookup> {
  const dotenv = await find(join(dirname(file.path), '.env'), dirname(file.path));
  const values = new Map(dotenv ? readValues(dotenv) : []);
  return (name) => env[name] ?? values.get(name);
}

function readValues({ text }: FoundFile): [string, string][] {
  try {
    return readDotenv(text).flatMap((entry) => ('value' in entry ? [[entry.name, entry.value]] : []));
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}

/** The variables and the mounted files of a service, by the rules of the Compose specification. */
export async function readServiceEnvironment(
  service: MapTree,
  file: FoundFile,
  find: FindFile,
  lookup: Lookup,
  losses: Losses,
): Promise<ServiceEnvironment> {
  const base = dirname(file.path);
  const variables = new Map<string, ServiceVariable>();
  for (const path of listTexts(treeAt(service, ['env_file']))) {
    const found = await find(resolve(base, path.text), base);
    if (found === undefined) {
      losses.refuse('missing', path.at, `${path.text} is not there`, 'put it there, or correct the path');
      continue;
    }
    for (const [name, value] of readValues(found)) variables.set(name, { value, at: { file: found.name } });
  }
  for (const [name, { text, at }] of listVariables(treeAt(service, ['environment']))) {
    const value = text === undefined ? lookup(name) : interpolate(text, lookup);
    const hidden = isSecretName(name) || /:\/\//.test(text ?? '') ? { ...at, text: undefined } : at;
    if (value === undefined)
      losses.refuse(
        'missing-variable',
        hidden,
        `${name} needs a variable that is not set`,
        'set it in .env beside the file, or in the shell',
      );
    else variables.set(name, { value, at: hidden });
  }
  const mounts = listMounts(treeAt(service, ['volumes']), lookup);
  return {
    variables,
    find: async (path, from) => {
      for (const { source, target } of mounts) {
        if (path === target) return find(resolve(base, source), base);
        if (path.startsWith(`${target}/`))
          return find(resolve(base, source, path.slice(target.length + 1)), base);
      }
      return path.startsWith('/') ? undefined : find(path, from);
    },
  };
}

function listVariables(tree: Tree | undefined): [name: string, { text: string | undefined; at: Place }][] {
  if (tree?.kind === 'map')
    return [...tree.entries].map(([name, { key, tree: value }]) => [
      name,
      { text: textOf(value), at: placeOf(key) },
    ]);
  return listTexts(tree).map(({ text, at }) => {
    const equals = text.indexOf('=');
    return equals === -1
      ? [text, { text: undefined, at }]
      : [text.slice(0, equals), { text: text.slice(equals + 1), at }];
  });
}

/** Numbers and booleans as they are written; nothing where there is no value. */
function textOf(tree: Tree): string | undefined {
  if (tree.kind !== 'scalar' || tree.value === null) return undefined;
  return typeof tree.value === 'string' ? tree.value : (tree.written ?? String(tree.value));
}

/** The texts of a list, or of what may stand in place of one; a map of a list has its `path`. */
function listTexts(tree: Tree | undefined): { text: string; at: Place }[] {
  const items = tree === undefined ? [] : tree.kind === 'list' ? tree.items : [tree];
  return items.flatMap((item) => {
    const inner = item.kind === 'map' ? treeAt(item, ['path']) : item;
    const text = inner === undefined ? undefined : textOf(inner);
    return text === undefined || inner === undefined ? [] : [{ text, at: placeOf(inner.span) }];
  });
}

/** Files and folders of this host, by where the container has them. */
function listMounts(tree: Tree | undefined, lookup: Lookup): { source: string; target: string }[] {
  if (tree?.kind !== 'list') return [];
  return tree.items.flatMap((item) => {
    const [source, target] =
      item.kind === 'map'
        ? ['source', 'target'].map((key) => textOf(treeAt(item, [key]) ?? item))
        : (interpolate(textOf(item) ?? '', lookup) ?? '').split(':');
    return source !== undefined && /^[./]/.test(source) && target !== undefined
      ? [{ source, target: target.replace(/\/$/, '') }]
      : [];
  });
}
