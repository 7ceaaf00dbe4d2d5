import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { Code } from '../problems/pages.ts';
import type { Source, Span } from './source.ts';
import { lineAt } from './source.ts';
import { type Entry, isBroken, type Tree } from './tree.ts';

/** A problem with a stretch of the file; its place is worked out when all of the file is known. */
export interface YamlProblem {
  readonly code: Code;
  readonly span: Span;
  readonly message: string;
  readonly hint: string;
}

/** Aliases may repeat this many values in all: above ten thousand merged entries, far below a bomb. */
const MAX_REPEATED = 100_000;

/** Settings are six levels deep; what is far deeper is no settings file and would cost a lot of stack. */
const MAX_DEPTH = 64;

/** The types that a YAML tag may spell out here. Everything else would be read as something that it is not. */
const PLAIN_TAGS = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/** Turns the nodes of one YAML document into a tree, with aliases and merge keys (`<<`) resolved. */
export class TreeReader {
  readonly problems: YamlProblem[] = [];
  readonly #source: Source;
  /** What each anchor stands for so far, and how many values that is; `undefined` while it is being read. */
  readonly #anchors = new Map<string, { readonly tree: Tree; readonly size: number } | undefined>();
  #count = 0;
  #repeated = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The tree of a node; what is wrong with it becomes a problem and is read as nothing. */
  read(node: Node | null, parent: Span, depth = 0): Tree {
    const span = this.#spanOf(node, parent);
    this.#count += 1;
    if (node === null) return this.#nothing(span);
    if (isAlias(node)) return this.#readAlias(node, span);
    if (depth > MAX_DEPTH)
      return this.#refuse('too-deep', span, `this is nested deeper than ${MAX_DEPTH} levels`, 'nest less');
    if (node.tag !== undefined && !PLAIN_TAGS.test(node.tag))
      return this.#refuse('yaml', this.#tagSpan(node, span), 'a YAML tag has no use here', 'remove it');
    if (node.anchor === undefined) return this.#readContent(node, span, depth);
    const before = this.#count;
    this.#anchors.set(node.anchor, undefined);
    const tree = this.#readContent(node, span, depth);
    this.#anchors.set(node.anchor, { tree, size: this.#count - before + 1 });
    return tree;
  }

  #readContent(node: Node, span: Span, depth: number): Tree {
    const located = { span, layer: this.#source.name };
    if (isScalar(node)) return this.#readScalar(node, span);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as Node, span, depth + 1));
      return { ...located, kind: 'list', items };
    }
    if (isMap(node)) return { ...located, kind: 'map', entries: this.#readEntries(node, span, depth) };
    return this.#refuse(
      'yaml',
      span,
      'this kind of YAML has no use here',
      'use maps, lists and plain values',
    );
  }

  #readScalar(node: Scalar, span: Span): Tree {
    const { value, source } = node;
    const located = { kind: 'scalar', span, layer: this.#source.name } as const;
    if (typeof value === 'string') return { ...located, value };
    // 010 is ten in YAML 1.2, eight in YAML 1.1 and to PgBouncer: it is no number here.
    if (typeof value === 'number' && /^[-+]?0\d/.test(source ?? ''))
      return { ...located, value: source ?? '' };
    if (typeof value === 'number' || typeof value === 'boolean' || value === null)
      return { ...located, value, written: source ?? '' };
    return this.#refuse(
      'yaml',
      span,
      'this kind of value has no use here',
      'use text, a number, true or false',
    );
  }

  #readAlias(alias: Alias, span: Span): Tree {
    const known = this.#anchors.get(alias.source);
    // The name is not repeated: who writes `password: *hunter2*` meant no alias.
    if (known === undefined) {
      return this.#anchors.has(alias.source)
        ? this.#refuse('alias', span, 'this alias stands inside its own anchor', 'write the value out')
        : this.#refuse(
            'alias',
            span,
            'there is no anchor of this name above',
            'write `&name` before a value above and `*name` here; put text that starts with `*` in quotes',
          );
    }
    this.#count += known.size;
    this.#repeated += known.size;
    if (this.#repeated <= MAX_REPEATED) return known.tree;
    if (this.#repeated - known.size > MAX_REPEATED) return this.#broken(span);
    const message = `aliases repeat more than ${MAX_REPEATED.toLocaleString('en')} values`;
    return this.#refuse('alias-bomb', span, message, 'write the values out instead of nesting aliases');
  }

  #readEntries(map: YAMLMap, span: Span, depth: number): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    const merged: Tree[] = [];
    for (const { key, value } of map.items) {
      const keySpan = this.#keySpanOf(key as Node, span);
      if (isScalar(key) && typeof key.value === 'symbol') {
        merged.push(...this.#readMerge(value as Node | null, keySpan, depth));
        continue;
      }
      const name = this.#readKey(key as Node, keySpan, depth);
      const tree = this.read(value as Node | null, keySpan, depth + 1);
      const earlier = name === undefined ? undefined : entries.get(name);
      if (earlier) this.#refuseRepeat(keySpan, earlier.key);
      else if (name !== undefined) entries.set(name, { key: keySpan, tree });
    }
    // What the map says itself wins over what it merges in, and an earlier merge wins over a later one.
    for (const tree of merged) {
      if (tree.kind !== 'map') continue;
      for (const [key, entry] of tree.entries) if (!entries.has(key)) entries.set(key, entry);
    }
    return entries;
  }

  #readMerge(value: Node | null, key: Span, depth: number): readonly Tree[] {
    const tree = this.read(value, key, depth + 1);
    const merged = tree.kind === 'list' ? tree.items : [tree];
    const wrong = merged.find((part) => part.kind !== 'map' && !isBroken(part));
    if (wrong)
      this.#refuse(
        'merge',
        wrong.span,
        '`<<` merges a map into this one, and this is none',
        'give it an alias of a map',
      );
    return merged;
  }

  #readKey(node: Node, span: Span, depth: number): string | undefined {
    if (isScalar(node) && node.value === null && (node.source ?? '') === '') {
      this.#refuse('yaml', span, 'there is no name before this colon', 'write `name: value`');
      return undefined;
    }
    const tree = this.read(node, span, depth + 1);
    const name = tree.kind === 'scalar' ? (tree.written ?? String(tree.value)) : undefined;
    if (name === undefined)
      this.#refuse(
        'yaml',
        span,
        'a key must be a plain name',
        'write `name: value`, without brackets before the colon',
      );
    // In JavaScript this is no key like any other; no database or user needs it.
    if (name !== '__proto__') return name;
    this.#refuse('name', span, '`__proto__` cannot be a name here', 'choose another name');
    return undefined;
  }

  #refuseRepeat(span: Span, earlier: Span): void {
    const line = lineAt(this.#source.lineStarts, earlier.start) + 1;
    this.#refuse(
      'duplicate-key',
      span,
      `this key is in the same map already, on line ${line}`,
      'keep one of the two',
    );
  }

  #keySpanOf(key: Node | null, map: Span): Span {
    const [start, end] = key?.range ?? [map.start, map.start];
    return { source: this.#source, start, end: Math.max(end, start + 1) };
  }

  /** Where a node lies; what is not written at all lies where its key does. */
  #spanOf(node: Node | null | undefined, parent: Span): Span {
    const [start, end] = node?.range ?? [0, 0];
    return start === end ? parent : { source: this.#source, start, end };
  }

  #broken(span: Span): Tree {
    return { kind: 'scalar', span, layer: this.#source.name, value: null, isBroken: true };
  }

  #nothing(span: Span): Tree {
    return { kind: 'scalar', span, layer: this.#source.name, value: null, written: '' };
  }

  /** The library does not say where a tag is: it stands before its value, with at most an anchor between. */
  #tagSpan({ range }: Node, fallback: Span): Span {
    const { text } = this.#source;
    const end = range?.[0] ?? 0;
    const from = Math.max(0, end - 200);
    const found = /!\S*(?=\s*(?:&\S*\s*)?$)/.exec(text.slice(from, end));
    if (!found) return fallback;
    const start = from + found.index;
    return { source: this.#source, start, end: start + found[0].length };
  }

  #refuse(code: Code, span: Span, message: string, hint: string): Tree {
    this.problems.push({ code, span, message, hint });
    return this.#broken(span);
  }
}
