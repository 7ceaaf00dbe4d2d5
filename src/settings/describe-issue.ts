import type { z } from 'zod';
import type { Problem } from '../problems/problem.ts';
import { OWNED_SETTINGS } from '../stack/pgbouncer-settings.ts';
import { nearestName } from './nearest.ts';
import { knownKeysAt } from './schema-keys.ts';
import { placeOf } from './source.ts';
import { keySpanAt, type Path, spanAt, type Tree, treeAt } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** Turns one finding of zod into problems with a place, an expectation and a way out. */
export function describeIssue(issue: Issue, tree: Tree, prefix: Path = []): Problem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union') {
    return bestBranch(issue.errors, treeAt(tree, path)).flatMap((inner) => describeIssue(inner, tree, path));
  }
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => describeUnknownKey(key, path, tree));
  if (issue.code === 'invalid_key') {
    const reason = issue.issues[0]?.message ?? 'is not a name';
    return [
      problem('name', path, keySpanAt(tree, path), `\`${String(path.at(-1))}\` ${reason}`, 'rename it'),
    ];
  }
  const actual = treeAt(tree, path);
  if (actual === undefined) {
    const name = String(path.at(-1));
    return [
      problem(
        'missing-key',
        path,
        spanAt(tree, path),
        `\`${dotted(path)}\` is missing`,
        `add \`${name}:\` with ${expectationOf(issue)}`,
      ),
    ];
  }
  const got = describeActual(actual, path);
  const expected = expectationOf(issue);
  const phrase = expected.startsWith('must') ? `${expected}, got ${got}` : `must be ${expected}, got ${got}`;
  return [
    problem('value', path, spanAt(tree, path), `\`${dotted(path)}\` ${phrase}`, hintFor(issue, actual, path)),
  ];
}

function problem(
  code: string,
  _path: Path,
  span: Parameters<typeof placeOf>[0],
  message: string,
  hint: string,
): Problem {
  return { code, severity: 'error', message, hint, at: placeOf(span) };
}

function describeUnknownKey(key: string, path: Path, tree: Tree): Problem {
  const span = keySpanAt(tree, [...path, key]);
  const where = path.length === 0 ? 'at the top' : `under \`${dotted(path)}\``;
  const owned =
    path[0] === 'pgbouncer' && path.length === 1 && Object.hasOwn(OWNED_SETTINGS, key)
      ? OWNED_SETTINGS[key]
      : undefined;
  if (owned !== undefined)
    return problem(
      'owned-setting',
      path,
      span,
      `\`${key}\` cannot be set here: it ${owned}`,
      'remove the line',
    );
  const known = knownKeysAt(path);
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? listKnown(known) : `did you mean \`${nearest}\`?`;
  return problem('unknown-key', path, span, `unknown key \`${key}\` ${where}`, hint);
}

function listKnown(known: readonly string[]): string {
  if (known.length > 20) return 'remove it, or look it up: `ecar-pool schema` lists every key';
  return `remove it; known here: ${known.join(', ')}`;
}

/** Of a union's branches, the one that the value was meant for: the one of its own kind, or else the first. */
function bestBranch(branches: readonly (readonly Issue[])[], actual: Tree | undefined): readonly Issue[] {
  const fits = branches.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type'),
  );
  if (fits[0]) return fits[0];
  const wanted = branches.map((issues) => issues[0]).filter((issue) => issue?.code === 'invalid_type');
  const first = wanted[0];
  if (!first || actual === undefined) return branches[0] ?? [];
  const kinds = [...new Set(wanted.map((issue) => (issue ? expectationOf(issue) : '')))].join(' or ');
  return [{ ...first, code: 'custom', message: `must be ${kinds}`, path: [] } as Issue];
}

/** What would have been right, in words that fit behind `must be` or that start with `must`. */
function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? issue.message
        : `at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `at most ${issue.maximum} characters long`
        : `at most ${issue.maximum}`;
    case 'invalid_format':
      return FORMAT_WORDS[issue.format] ?? issue.message;
    default:
      return issue.message;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a map (`key: value` lines)',
  record: 'a map (`key: value` lines)',
  array: 'a list',
};

const FORMAT_WORDS: Readonly<Record<string, string>> = { ipv4: 'an IP address', ipv6: 'an IP address' };

/** What is there; never a value below a key that speaks of secrets. */
function describeActual(actual: Tree, path: Path): string {
  if (actual.kind === 'map') return 'a map';
  if (actual.kind === 'list') return 'a list';
  if (actual.value === null) return 'nothing';
  if (isSecretPath(path)) return 'text';
  const text = JSON.stringify(actual.value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isSecretPath(path: Path): boolean {
  return path.includes('password') || path.includes('environment');
}

function hintFor(issue: Issue, actual: Tree, path: Path): string {
  if (path.at(-1) === 'password' && actual.kind === 'scalar') {
    return 'write `password: { env: NAME }` and put the password into .env.<environment>';
  }
  if (
    issue.code === 'invalid_type' &&
    issue.expected === 'string' &&
    actual.kind === 'scalar' &&
    actual.value !== null
  ) {
    return 'put it in quotes';
  }
  if (issue.code === 'invalid_value' && actual.kind === 'scalar') {
    const nearest = nearestName(String(actual.value), issue.values.map(String));
    if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  }
  return 'correct the value, or remove the line for the default';
}

function dotted(path: Path): string {
  return path.map(String).join('.');
}
