import { type Document, type Node, parseDocument } from 'yaml';
import type { Problem } from '../problems/problem.ts';
import { concealSecrets } from './conceal-secrets.ts';
import { explainYamlError } from './explain-yaml-error.ts';
import { TreeReader, type YamlProblem } from './read-tree.ts';
import { createSource, placeOf, type Source } from './source.ts';
import type { Tree } from './tree.ts';

/**
 * Parses YAML 1.2 (with `<<` merges) into a tree with positions.
 * @returns the tree, where there is one that can be checked further, and every problem on the way to it
 */
export function parseYaml(name: string, text: string): { tree: Tree | undefined; problems: Problem[] } {
  const source = createSource(name, text, concealSecrets);
  // The reader looks for repeated keys itself: the parser compares each key with each other one.
  const document = parseDocument(text, { merge: true, prettyErrors: false, uniqueKeys: false });
  if (document.errors.length > 0)
    return { tree: undefined, problems: explainErrors(document, source).map(toProblem) };
  if (document.contents === null) return { tree: undefined, problems: [describeEmpty(name, text)] };
  const reader = new TreeReader(source);
  const tree = reader.read(document.contents as Node, { source, start: 0, end: text.length });
  return { tree, problems: reader.problems.map(toProblem) };
}

/** Beyond so many errors of syntax, the rest follows from them. */
const MAX_ERRORS = 100;

/** One error a line: the parser often stumbles over the same mistake again. */
function explainErrors(document: Document, source: Source): YamlProblem[] {
  const errors = document.errors.slice(0, MAX_ERRORS);
  const deepest = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  const byLine = new Map<number | undefined, YamlProblem>();
  for (const error of deepest ? [deepest] : errors) {
    const { start, end, message, hint } = explainYamlError(error, document, source.text);
    const span = { source, start, end };
    const { line } = placeOf(span);
    if (!byLine.has(line)) byLine.set(line, { code: 'yaml', span, message, hint });
  }
  return [...byLine.values()];
}

function toProblem({ code, span, message, hint }: YamlProblem): Problem {
  return { code, severity: 'error', message, hint, at: placeOf(span) };
}

function describeEmpty(name: string, text: string): Problem {
  return {
    code: 'empty',
    severity: 'error',
    message: text.trim() === '' ? 'the file is empty' : 'the file holds nothing but comments',
    hint: 'run `ecar-pool init` in another folder for one to start from',
    at: { file: name },
  };
}
