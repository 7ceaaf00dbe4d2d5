import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type DotenvEntry, readDotenv } from '../formats/dotenv.ts';
import { FormatError } from '../formats/format-error.ts';
import type { Problem } from '../problems/problem.ts';
import { readText } from './read-text.ts';
import { createSource, type Span } from './source.ts';

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
  /** Files that were looked into, for the hint of a missing secret. */
  readonly files: readonly string[];
  /** The value that wins; a problem where the winning line cannot be read; undefined where there is none. */
  find(name: string): Variable | Problem | undefined;
  /** The winning value of each variable whose name starts with the prefix. */
  withPrefix(prefix: string): readonly (Variable | Problem)[];
}

type Layer = ReadonlyMap<string, Variable | Problem>;

/**
 * Reads the variables of one environment.
 * @param root the folder of the settings file
 * @returns the variables, and the problems of the files themselves
 */
export async function readVariables(
  root: string,
  environment: string,
  world: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<{ variables: Variables; problems: Problem[] }> {
  const files = [`.env.${environment}`, '.env'].map((name) => join(root, name));
  const read = await Promise.all(files.map((path) => readLayer(path, relative(world.cwd, path) || path)));
  const problems = read.flatMap((result) => result.problems);
  const open = await warnIfOpen(files[0] ?? '', relative(world.cwd, files[0] ?? ''));
  const layers: Layer[] = [readProcessLayer(world.env), ...read.map((result) => result.layer)];
  const find = (name: string) => layers.find((layer) => layer.has(name))?.get(name);
  return {
    variables: {
      files: files.map((path) => relative(world.cwd, path)),
      find,
      withPrefix: (prefix) => {
        const names = new Set(
          layers.flatMap((layer) => [...layer.keys()].filter((name) => name.startsWith(prefix))),
        );
        return [...names].sort().flatMap((name) => find(name) ?? []);
      },
    },
    problems: [...problems, ...open],
  };
}

/** An empty variable counts as not set, as Compose's `${NAME:?}` has it. */
function readProcessLayer(env: Readonly<Record<string, string | undefined>>): Layer {
  const layer = new Map<string, Variable>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '') continue;
    const source = createSource(`${name} in the environment`, '');
    layer.set(name, { name, value, origin: source.name, span: { source, start: 0, end: 0 } });
  }
  return layer;
}

async function readLayer(path: string, name: string): Promise<{ layer: Layer; problems: Problem[] }> {
  const layer = new Map<string, Variable | Problem>();
  const file = await readText(path, name);
  if ('problem' in file) return { layer, problems: file.problem.code === 'missing' ? [] : [file.problem] };
  const source = createSource(name, file.text);
  try {
    for (const entry of readDotenv(file.text)) layer.set(entry.name, toVariable(entry, source));
    return { layer, problems: [] };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const at = { file: name, line: error.line, column: error.column };
    const hint = "write NAME='value', one a line";
    return { layer, problems: [{ code: 'dotenv', severity: 'error', message: error.message, hint, at }] };
  }
}

function toVariable(entry: DotenvEntry, source: ReturnType<typeof createSource>): Variable | Problem {
  if ('problem' in entry) {
    // The line is not shown: what cannot be read may well be a password.
    const at = { file: source.name, line: entry.line, column: entry.column };
    return {
      code: 'dotenv',
      severity: 'error',
      message: `${entry.name}: ${entry.problem}`,
      hint: entry.hint,
      at,
    };
  }
  const start = (source.lineStarts[entry.line - 1] ?? 0) + entry.column - 1;
  const origin = `${entry.name} in ${source.name}`;
  return {
    name: entry.name,
    value: entry.value,
    origin,
    span: { source, start, end: start + entry.name.length },
  };
}

/** Others on the machine should not read a file of secrets. Windows has no such modes. */
async function warnIfOpen(path: string, name: string): Promise<Problem[]> {
  if (process.platform === 'win32') return [];
  const mode = await stat(path).then(
    (found) => found.mode,
    () => 0,
  );
  if ((mode & 0o077) === 0) return [];
  const message = 'other users of this machine may read this file of secrets';
  return [
    {
      code: 'open-secrets',
      severity: 'warning',
      message,
      hint: `run: chmod 600 ${name}`,
      at: { file: name },
    },
  ];
}
