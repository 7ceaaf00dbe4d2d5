import type { Problem } from '../problems/problem.ts';
import { placeOf, type Span } from './source.ts';
import { dotted, keySpanAt, type Path, spanAt, type Tree } from './tree.ts';

/** Collects problems against one tree; every rule writes into it. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly #tree: Tree;
  readonly #refused = new Set<string>();
  readonly #aroundRefused = new Set<string>();

  /**
   * @param refused paths whose values are wrong already: what is said of them, of what is in them or of what
   *   they are in would only follow from that
   */
  constructor(tree: Tree, refused: readonly Path[] = []) {
    this.#tree = tree;
    for (const path of refused) {
      this.#refused.add(dotted(path));
      for (let length = 1; length < path.length; length++)
        this.#aroundRefused.add(dotted(path.slice(0, length)));
    }
  }

  /** A problem with the value at `path`. */
  value(code: string, path: Path, message: string, hint: string): void {
    this.#add('error', code, path, spanAt(this.#tree, path), message, hint);
  }

  /** A problem with the key at `path`: its name, or that it is there. */
  key(code: string, path: Path, message: string, hint: string): void {
    this.#add('error', code, path, keySpanAt(this.#tree, path), message, hint);
  }

  /** Something that works, but rarely as meant. */
  warn(code: string, path: Path, message: string, hint: string): void {
    this.#add('warning', code, path, spanAt(this.#tree, path), message, hint);
  }

  #add(
    severity: Problem['severity'],
    code: string,
    path: Path,
    span: Span,
    message: string,
    hint: string,
  ): void {
    if (!this.isRefused(path)) this.problems.push({ code, severity, message, hint, at: placeOf(span) });
  }

  /** Whether what is said of a path would only follow from what is wrong there already. */
  isRefused(path: Path): boolean {
    if (this.#aroundRefused.has(dotted(path))) return true;
    return path.some((_, index) => this.#refused.has(dotted(path.slice(0, index + 1))));
  }
}
