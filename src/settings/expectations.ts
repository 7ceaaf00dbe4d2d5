import type * as z from 'zod/mini';
import { concealIn } from './conceal-secrets.ts';
import { isWholeNumberAt } from './schema-keys.ts';
import type { Path, ScalarTree, Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** What would have been right, to follow the path: `must be a whole number`. */
export function explainExpectation(issue: Issue, path: Path): string {
  switch (issue.code) {
    case 'invalid_type':
      // zod calls what is no number at all no number, even where only whole ones fit.
      return `must be ${TYPE_WORDS[isWholeNumberAt(path) ? 'int' : issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${orList(issue.values.map(String))}`;
    case 'too_small':
      if (issue.origin === 'array' || issue.origin === 'string') return issue.message;
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must be at most ${issue.maximum} characters long`;
      return `must be at most ${issue.maximum}`;
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

const FORMAT_WORDS: Readonly<Record<string, string>> = {
  ipv4: 'must be an IP address',
  ipv6: 'must be an IP address',
};

/** `a`, `a or b`, `a, b or c`. */
export function orList(alternatives: readonly string[]): string {
  const words = alternatives.flatMap((word) => word.split(' or '));
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/** What is there instead, as the file spells it. */
export function describeActual(actual: Tree): string {
  if (actual.kind !== 'scalar') return isEmpty(actual) ? `an empty ${actual.kind}` : `a ${actual.kind}`;
  if (actual.value === null) return 'nothing';
  if (actual.value === '') return 'empty text';
  const text = typeof actual.value === 'string' ? JSON.stringify(concealIn(actual.value)) : spell(actual);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isEmpty(tree: Exclude<Tree, ScalarTree>): boolean {
  return (tree.kind === 'map' ? tree.entries.size : tree.items.length) === 0;
}

/** Numbers and booleans as they were written: `.nan` and `1.20` say more than `NaN` and `1.2`. */
export function spell({ written, value }: ScalarTree): string {
  return written === undefined || written === '' ? String(value) : written;
}
