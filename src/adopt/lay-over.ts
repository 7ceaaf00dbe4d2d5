import { posix } from 'node:path';
import { FormatError } from '../formats/format-error.ts';
import { asList, asMap, asText, readPairs } from './project-model.ts';

type Values = Readonly<Record<string, unknown>>;

/** Reads a Compose file; the path starts at the project's folder. Throws where there is none or it is not YAML. */
export type LoadFile = (path: string) => unknown;

/**
 * Lays Compose files over each other, with what they extend and include, as far as it concerns who talks to whom;
 * for a machine without Compose. Keys that mean nothing here are not merged.
 * @param files their paths, in order
 * @throws FormatError where files or services go round in a circle
 */
export function layFilesOver(files: readonly string[], load: LoadFile): Values {
  return files.map((file) => readFile(file, load, [])).reduce(mergeFiles, {});
}

function readFile(path: string, load: LoadFile, within: readonly string[]): Values {
  if (within.includes(path)) throw new FormatError(`${path} includes itself`);
  const file = asMap(load(path));
  const services = asMap(file['services']);
  const resolved = Object.keys(services).map(
    (name) => [name, extend(name, services, path, load, [])] as const,
  );
  const included = asList(file['include']).map((entry) => {
    const paths = asList(asText(entry) ?? asMap(entry)['path']).flatMap((one) => asText(one) ?? []);
    return paths.map((one) => readFile(beside(path, one), load, [...within, path])).reduce(mergeFiles, {});
  });
  return [...included, { ...file, services: Object.fromEntries(resolved) }].reduce(mergeFiles, {});
}

/** A service with all that it extends, in this file or another one. */
function extend(
  name: string,
  services: Values,
  path: string,
  load: LoadFile,
  within: readonly string[],
): Values {
  const service = asMap(services[name]);
  const extension = service['extends'];
  if (extension === undefined) return service;
  const from = asText(extension) ?? asText(asMap(extension)['service']) ?? '';
  const file = asText(asMap(extension)['file']);
  const key = `${file ?? path}:${from}`;
  if (within.includes(key)) throw new FormatError(`the service ${name} extends itself`);
  const at = file === undefined ? path : beside(path, file);
  const others = file === undefined ? services : asMap(asMap(load(at))['services']);
  return mergeServices(extend(from, others, at, load, [...within, key]), service);
}

function beside(path: string, other: string): string {
  return posix.isAbsolute(other) ? other : posix.join(posix.dirname(path), other);
}

function mergeFiles(under: Values, over: Values): Values {
  const services: Record<string, unknown> = { ...asMap(under['services']) };
  for (const [name, service] of Object.entries(asMap(over['services'])))
    services[name] = mergeServices(asMap(services[name]), asMap(service));
  const named = ['secrets', 'networks'].map(
    (key) => [key, { ...asMap(under[key]), ...asMap(over[key]) }] as const,
  );
  return { ...under, ...over, services, ...Object.fromEntries(named) };
}

/** By Compose's merge rules (compose-spec, 13-merge.md): maps by key, lists one after the other, the rest replaced. */
function mergeServices(under: Values, over: Values): Values {
  const merged: Record<string, unknown> = { ...under, ...over };
  const pairs = new Map([...readPairs(under['environment']), ...readPairs(over['environment'])]);
  merged['environment'] = Object.fromEntries([...pairs].map(([name, value]) => [name, value ?? null]));
  for (const key of ['depends_on', 'networks'])
    if (under[key] !== undefined && over[key] !== undefined)
      merged[key] = { ...asNamed(under[key]), ...asNamed(over[key]) };
  for (const key of ['env_file', 'profiles', 'links', 'ports'])
    if (under[key] !== undefined && over[key] !== undefined)
      merged[key] = [...asList(under[key]), ...asList(over[key])];
  return merged;
}

function asNamed(value: unknown): Values {
  if (!Array.isArray(value)) return asMap(value);
  return Object.fromEntries(
    value.flatMap((name) => (asText(name) === undefined ? [] : [[asText(name), {}]])),
  );
}
