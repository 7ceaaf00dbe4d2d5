import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '../problems/problem.ts';
import { createSource, placeOf, type Source, type Span } from './source.ts';
import type { Entry, Tree } from './tree.ts';

/** Aliases may repeat this many nodes in all: far above honest use, far below a bomb. */
const ALIAS_BUDGET = 10_000;

/** A problem found while a node is read; caught in this file only. */
class NodeProblem extends Error {
  readonly node: Node;
  readonly code: string;
  readonly hint: string;

  constructor(code: string, node: Node, message: string, hint: string) {
    super(message);
    this.code = code;
    this.node = node;
    this.hint = hint;
  }
}

/**
 * Parses YAML 1.2 (with `<<` merges) into a tree with positions.
 * @returns the tree, or every problem that the parser found
 */
export function parseYaml(name: string, text: string): { tree: Tree } | { problems: Problem[] } {
  const source = createSource(name, text);
  const document = parseDocument(text, {
    merge: true,
    lineCounter: new LineCounter(),
    prettyErrors: false,
    uniqueKeys: true,
  });
  if (document.errors.length > 0)
    return { problems: document.errors.map((error) => describeError(error, source)) };
  const span = { source, start: 0, end: 0 };
  if (document.contents === null) {
    const at = { file: name };
    return {
      problems: [
        {
          code: 'empty',
          severity: 'error',
          message: 'the file is empty',
          hint: 'run `ecar-pool init` in another folder for one to start from',
          at,
        },
      ],
    };
  }
  const reader = { source, budget: ALIAS_BUDGET, resolve: (alias: Alias) => alias.resolve(document) };
  try {
    return { tree: readNode(document.contents as Node, reader, 0, span) };
  } catch (error) {
    if (!(error instanceof NodeProblem)) throw error;
    return {
      problems: [
        {
          code: error.code,
          severity: 'error',
          message: error.message,
          hint: error.hint,
          at: placeOf(spanOf(error.node, span)),
        },
      ],
    };
  }
}

interface Reader {
  readonly source: Source;
  budget: number;
  readonly resolve: (alias: Alias) => Node | undefined;
}

function spanOf(node: Node | null | undefined, fallback: Span): Span {
  return node?.range ? { source: fallback.source, start: node.range[0], end: node.range[1] } : fallback;
}

function readNode(node: Node | null, reader: Reader, aliasDepth: number, parent: Span): Tree {
  const span = spanOf(node, parent);
  const located = { span, layer: reader.source.name };
  if (node === null) return { ...located, kind: 'scalar', value: null };
  if (aliasDepth > 0 && reader.budget-- <= 0) {
    throw new NodeProblem(
      'alias-bomb',
      node,
      'aliases repeat more than 10,000 values',
      'write the values out instead of nesting aliases',
    );
  }
  if (isAlias(node)) return readNode(resolveAlias(node, reader, aliasDepth), reader, aliasDepth + 1, span);
  if (isScalar(node)) return { ...located, kind: 'scalar', value: readScalar(node, node.value) };
  if (isSeq(node))
    return {
      ...located,
      kind: 'list',
      items: node.items.map((item) => readNode(item as Node, reader, aliasDepth, span)),
    };
  if (isMap(node)) return { ...located, kind: 'map', entries: readEntries(node, reader, aliasDepth, span) };
  throw new NodeProblem(
    'yaml',
    node,
    'this kind of YAML node has no use here',
    'use maps, lists and plain values',
  );
}

function readEntries(map: YAMLMap, reader: Reader, aliasDepth: number, span: Span): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const merged: Tree[] = [];
  for (const { key, value } of map.items) {
    const keyNode = key as Node;
    if (!isScalar(keyNode))
      throw new NodeProblem('yaml', keyNode, 'a key must be a plain value', 'write `name: value`');
    const tree = readNode(value as Node | null, reader, aliasDepth, spanOf(keyNode, span));
    if (keyNode.value === '<<' || typeof keyNode.value === 'symbol')
      merged.push(...(tree.kind === 'list' ? tree.items : [tree]));
    else entries.set(String(keyNode.source ?? keyNode.value), { key: spanOf(keyNode, span), tree });
  }
  // What the map says itself wins over what it merges in, and an earlier merge wins over a later one.
  for (const tree of merged) {
    if (tree.kind !== 'map') continue;
    for (const [key, entry] of tree.entries) if (!entries.has(key)) entries.set(key, entry);
  }
  return entries;
}

function resolveAlias(alias: Alias, reader: Reader, aliasDepth: number): Node {
  const target = aliasDepth > 20 ? undefined : reader.resolve(alias);
  if (!target)
    throw new NodeProblem(
      'alias',
      alias,
      `the alias *${alias.source} leads nowhere or to itself`,
      'define the anchor above its use',
    );
  return target;
}

function readScalar(node: Node, value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new NodeProblem(
    'yaml',
    node,
    'this kind of value has no use here',
    'use text, a number, true, false or null',
  );
}

/** The parser's errors that people meet, in words that say what to do; others keep the parser's words. */
const ADVICE: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  TAB_AS_INDENT: ['a tab is used for indentation', 'indent with spaces: YAML allows no tabs there'],
  DUPLICATE_KEY: ['this key is already in the same map', 'keep one of the two'],
  MULTIPLE_DOCS: ['the file holds more than one YAML document', 'remove the `---` and what does not belong'],
  BAD_ALIAS: ['this alias has no anchor', 'define the anchor (&name) above its use (*name)'],
};

function describeError(error: YAMLError, source: Source): Problem {
  const [start, end] = error.pos;
  const [message, hint] = ADVICE[error.code] ?? [
    lowerFirst(error.message.split('\n')[0] ?? ''),
    'correct the YAML at this place',
  ];
  return { code: 'yaml', severity: 'error', message, hint, at: placeOf({ source, start, end }) };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
