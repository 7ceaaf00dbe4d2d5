import type { Problem } from '../problems/problem.ts';
import { placeOf } from './source.ts';
import { keySpanAt, type Path, spanAt, type Tree } from './tree.ts';

/** Collects problems against one tree; every rule writes into it. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly #tree: Tree;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  /** A problem with the value at `path`. */
  value(code: string, path: Path, message: string, hint: string): void {
    this.problems.push({ code, severity: 'error', message, hint, at: placeOf(spanAt(this.#tree, path)) });
  }

  /** A problem with the key at `path`: its name, or that it is there. */
  key(code: string, path: Path, message: string, hint: string): void {
    this.problems.push({ code, severity: 'error', message, hint, at: placeOf(keySpanAt(this.#tree, path)) });
  }

  /** Something that works, but rarely as meant. */
  warn(code: string, path: Path, message: string, hint: string): void {
    this.problems.push({ code, severity: 'warning', message, hint, at: placeOf(spanAt(this.#tree, path)) });
  }
}
