import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type DotenvEntry, readDotenv } from '../formats/dotenv.ts';
import { FormatError } from '../formats/format-error.ts';
import { formatCommand } from '../formats/shell.ts';
import type { Problem } from '../problems/problem.ts';
import type { ReadLimits } from './read-bytes.ts';
import { readText } from './read-text.ts';
import { createSource, type Source, type Span } from './source.ts';

/** A variable's value and where it was found. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** For people: `DB_PASSWORD in .env.prod`, `DB_PASSWORD in the environment`. */
  readonly origin: string;
  readonly span: Span;
}

/** What variables hold, the strongest layer first: the process environment, `.env.<environment>`, `.env`. */
export interface Variables {
  /** The files that were looked for, absolute. */
  readonly files: readonly string[];
  /** Where was looked, for a secret that is nowhere: `.env (no such file)`. */
  readonly places: readonly string[];
  /** The file that secrets of this environment belong into. */
  readonly file: string;
  /** The names in the files, for suggestions. */
  readonly names: readonly string[];
  /** The value that wins; a problem where it cannot be read; undefined where there is none. */
  find(name: string): Variable | Problem | undefined;
  /** The winning value of each variable whose name starts with the prefix. */
  withPrefix(prefix: string): readonly (Variable | Problem)[];
}

/** One place of variables. What a broken file would have held is not known. */
interface Layer {
  readonly place: string;
  readonly found: ReadonlyMap<string, Variable | Problem>;
  readonly broken?: Problem;
}

/**
 * Reads the variables of one environment.
 * @param root the folder of the settings file
 * @returns the variables, and the problems of the files themselves
 */
export async function readVariables(
  root: string,
  environment: string,
  world: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  } & Pick<ReadLimits, 'signal' | 'deadline'>,
): Promise<{ variables: Variables; problems: Problem[] }> {
  const paths = [`.env.${environment}`, '.env'].map((name) => join(root, name));
  const [strong = '', weak = ''] = paths.map((path) => relative(world.cwd, path) || path);
  const files = await Promise.all([
    readLayer(paths[0] ?? '', strong, world),
    readLayer(paths[1] ?? '', weak, world),
  ]);
  const layers: Layer[] = [readProcessLayer(world.env), ...files];
  const find = (name: string) => {
    const layer = layers.find(({ found, broken }) => found.has(name) || broken !== undefined);
    return layer?.found.get(name) ?? layer?.broken;
  };
  const variables: Variables = {
    files: paths,
    places: layers.map(({ place }) => place),
    file: strong,
    names: files.flatMap(({ found }) => [...found.keys()]),
    find,
    withPrefix: (prefix) => {
      const names = layers.flatMap(({ found }) =>
        [...found.keys()].filter((name) => name.startsWith(prefix)),
      );
      return [...new Set(names)].sort().flatMap((name) => find(name) ?? []);
    },
  };
  const broken = files.flatMap((layer) => layer.broken ?? []);
  return { variables, problems: [...broken, ...(await warnIfOpen(paths[0] ?? '', strong))] };
}

/**
 * The names in the files of environments, by file as people know it, for a secret that was set for another one only.
 * A file that is not there or cannot be read has none.
 */
export async function readNames(
  root: string,
  environments: readonly string[],
  world: { readonly cwd: string } & Pick<ReadLimits, 'signal' | 'deadline'>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const read = environments.map(async (environment) => {
    const path = join(root, `.env.${environment}`);
    const name = relative(world.cwd, path) || path;
    return [name, [...(await readLayer(path, name, world)).found.keys()]] as const;
  });
  return new Map(await Promise.all(read));
}

/** An empty variable counts as not set, as Compose's `${NAME:?}` has it. */
function readProcessLayer(env: Readonly<Record<string, string | undefined>>): Layer {
  const found = new Map<string, Variable>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '') continue;
    const source = createSource(`${name} in the environment`, '');
    found.set(name, { name, value, origin: source.name, span: { source, start: 0, end: 0 } });
  }
  return { place: 'the environment', found };
}

async function readLayer(
  path: string,
  name: string,
  limits: Pick<ReadLimits, 'signal' | 'deadline'>,
): Promise<Layer> {
  const directory = "put a file with lines NAME='value' in its place, or rename it";
  const file = await readText(path, name, { missing: '', directory }, limits);
  const found = new Map<string, Variable | Problem>();
  if ('problem' in file)
    return file.problem.code === 'missing'
      ? { place: `${name} (no such file)`, found }
      : { place: name, found, broken: file.problem };
  const source = createSource(name, file.text, (lines) => lines.map((line) => line.indexOf('=') + 1));
  try {
    for (const entry of readDotenv(file.text)) found.set(entry.name, toVariable(entry, source));
    return { place: name, found };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const at = { file: name, line: error.line, column: error.column };
    const hint = "write NAME='value', one a line";
    return {
      place: name,
      found,
      broken: { code: 'dotenv', severity: 'error', message: error.message, hint, at },
    };
  }
}

function toVariable(entry: DotenvEntry, source: Source): Variable | Problem {
  if ('problem' in entry) {
    return {
      code: 'dotenv',
      severity: 'error',
      message: `${entry.name}: ${entry.problem}`,
      hint: entry.hint.charAt(0).toLowerCase() + entry.hint.slice(1),
      at: { file: source.name, line: entry.line, column: entry.column },
    };
  }
  const start = (source.lineStarts[entry.line - 1] ?? 0) + entry.column - 1;
  const origin = `${entry.name} in ${source.name}`;
  const span = { source, start, end: start + entry.name.length };
  return { name: entry.name, value: entry.value, origin, span };
}

/** Others on the machine should not read a file of secrets. Windows has no such modes. */
async function warnIfOpen(path: string, name: string): Promise<Problem[]> {
  if (process.platform === 'win32') return [];
  const mode = await stat(path).then(
    (found) => (found.isFile() ? found.mode : 0),
    () => 0,
  );
  if ((mode & 0o077) === 0) return [];
  const message = 'other users of this machine may read this file of secrets';
  return [
    {
      code: 'open-secrets',
      severity: 'warning',
      message,
      hint: `run: ${formatCommand(['chmod', '600', name])}`,
      at: { file: name },
    },
  ];
}
