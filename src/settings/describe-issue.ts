import type * as z from 'zod/mini';
import type { Code } from '../problems/pages.ts';
import type { Problem } from '../problems/problem.ts';
import { OWNED_SETTINGS } from '../stack/pgbouncer-settings.ts';
import { concealIn } from './conceal-secrets.ts';
import { exampleFor } from './examples.ts';
import { describeActual, explainExpectation, orList } from './expectations.ts';
import { fixFor } from './fixes.ts';
import { findMeantKey } from './meant-key.ts';
import { explainMisreading } from './misreading.ts';
import { knownKeysAt } from './schema-keys.ts';
import { holdsSecret, isStoredSecret, referenceFor } from './secret-paths.ts';
import { placeOf, type Span } from './source.ts';
import { dotted, isBroken, keySpanAt, type Path, spanAt, type Tree, treeAt } from './tree.ts';

export type Issue = z.core.$ZodIssue;

/** Turns one finding of zod into problems with a place, an expectation and a way out. */
export function describeIssue(issue: Issue, tree: Tree, prefix: Path = []): Problem[] {
  const path = [...prefix, ...issue.path];
  const actual = treeAt(tree, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => describeUnknownKey(key, path, tree));
  if (issue.code === 'invalid_key') {
    const message = `\`${dotted(path)}\` ${issue.issues[0]?.message ?? 'is not a name'}`;
    return [problem('name', keySpanAt(tree, path), message, 'rename it')];
  }
  if (actual === undefined) return [describeMissing(path, tree)];
  if (isBroken(actual)) return [];
  if ((path.at(-1) === 'password' || (isStoredSecret(path) && path.length === 3)) && actual.kind !== 'map')
    return [describeInlinePassword(path, tree, actual)];
  if (issue.code === 'invalid_union') return describeUnion(issue, actual, path, tree);
  const expected = explainExpectation(issue, path);
  const got = /^must (?:not|name)/.test(expected) || holdsSecret(path, actual) ? '' : describeGot(actual);
  const fix = fixFor(issue, actual, path);
  const message = `\`${dotted(path)}\` ${expected}${got}${describeMisreading(actual, path)}`;
  return [problem('value', spanAt(tree, path), message, fix)];
}

function problem(code: Code, span: Span, message: string, hint: string): Problem {
  return { code, severity: 'error', message, hint, at: placeOf(span) };
}

function describeGot(actual: Tree): string {
  return `, got ${describeActual(actual)}`;
}

/** What PgBouncer would make of it, where it would be given it. */
function describeMisreading(actual: Tree, path: Path): string {
  const would = actual.kind === 'scalar' ? explainMisreading(path, actual) : undefined;
  return would === undefined ? '' : `; PgBouncer would ${would}`;
}

function describeMissing(path: Path, tree: Tree): Problem {
  const isPassword = path.at(-1) === 'password';
  const example = isPassword
    ? `password: { env: ${referenceFor(path)} }`
    : (exampleFor(path) ?? `${String(path.at(-1))}: …`);
  return problem('missing-key', spanAt(tree, path), `\`${dotted(path)}\` is missing`, `add \`${example}\``);
}

/** The commonest mistake, and the worst: this file is committed. */
function describeInlinePassword(path: Path, tree: Tree, actual: Tree): Problem {
  const variable = referenceFor(path);
  const key = String(path.at(-1));
  if (actual.kind === 'scalar' && actual.value === null) {
    const message = `\`${dotted(path)}\` says nothing about where the ${key} lies`;
    return problem('value', spanAt(tree, path), message, `write \`${key}: { env: ${variable} }\``);
  }
  return problem(
    'inline-password',
    spanAt(tree, path),
    `\`${dotted(path)}\` holds a ${key}; this file says only where one lies`,
    `write \`${key}: { env: ${variable} }\` here and \`${variable}='…'\` in .env.<environment>; choose a new password if this one was ever committed`,
  );
}

function describeUnknownKey(key: string, path: Path, tree: Tree): Problem {
  const span = keySpanAt(tree, [...path, key]);
  const owned =
    path[0] === 'pgbouncer' && path.length === 1 && Object.hasOwn(OWNED_SETTINGS, key)
      ? OWNED_SETTINGS[key]
      : undefined;
  if (owned !== undefined)
    return problem('owned-setting', span, `\`${key}\` cannot be set here: it ${owned}`, wayAround(owned));
  const meant = findMeantKey(key, path);
  if (meant?.glued !== undefined) {
    const fix = meant.glued === '.' ? `\`${key.replace('.', ': { ')}: … }\`` : `\`${meant.key}: …\``;
    return problem(
      'unknown-key',
      span,
      `unknown key \`${meant.key}${meant.glued}…\` ${whereIs(path)}`,
      `write ${fix}`,
    );
  }
  // What stands where only `env` and `file` belong may be the password itself.
  const named = meant === undefined && path.includes('password') ? '' : ` \`${concealIn(key)}\``;
  const hint = meant === undefined ? `remove it; ${listKnown(path)}` : `did you mean \`${meant.key}\`?`;
  return problem('unknown-key', span, `unknown key${named} ${whereIs(path)}`, hint);
}

function whereIs(path: Path): string {
  return path.length === 0 ? 'at the top' : `under \`${dotted(path)}\``;
}

/** The reason may name the key that takes its place. */
function wayAround(reason: string): string {
  const instead = /`([\w.]+)`/.exec(reason)?.[1];
  return instead === undefined ? 'remove it' : `set \`${instead}\` instead`;
}

function listKnown(path: Path): string {
  const known = knownKeysAt(path);
  if (known.length > 20) return '`ecar-pool schema` lists every key';
  return `known here: ${known.join(', ')}`;
}

/** Of a union's branches, the one that the value was meant for: the one of its own kind. */
function describeUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  actual: Tree,
  path: Path,
  tree: Tree,
): Problem[] {
  const isOther = (code: string) =>
    code === 'invalid_type' || (code === 'invalid_value' && actual.kind !== 'scalar');
  const isOfKind = (issues: readonly Issue[]) =>
    !issues.some(({ path: at, code }) => at.length === 0 && isOther(code));
  const meant = issue.errors.find(isOfKind);
  if (meant) return meant.slice(0, 1).flatMap((inner) => describeIssue(inner, tree, path));
  const kinds = issue.errors.flatMap((branch) => branch.find(({ code }) => code === 'invalid_type') ?? []);
  const words = new Set(kinds.map((kind) => explainExpectation(kind, path).replace(/^must be /, '')));
  const got = holdsSecret(path, actual) ? '' : describeGot(actual);
  const expected = issue.message.startsWith('must ') ? issue.message : `must be ${orList([...words])}`;
  const message = `\`${dotted(path)}\` ${expected}${got}`;
  const first = kinds[0] ?? issue;
  const why = describeMisreading(actual, path);
  return [problem('value', spanAt(tree, path), `${message}${why}`, fixFor(first, actual, path))];
}
