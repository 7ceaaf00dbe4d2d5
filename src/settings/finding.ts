import type { Code } from '../problems/pages.ts';
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
  value(code: Code, path: Path, message: string, hint: string): void {
    this.#add({ code, severity: 'error', message, hint }, path, spanAt(this.#tree, path));
  }

  /** A problem with the key at `path`: its name, or that it is there. */
  key(code: Code, path: Path, message: string, hint: string): void {
    this.#add({ code, severity: 'error', message, hint }, path, keySpanAt(this.#tree, path));
  }

  /** Something that works, but rarely as meant. */
  warn(code: Code, path: Path, message: string, hint: string): void {
    this.#judge({ code, severity: 'warning', message, hint, ignorable: true }, path);
  }

  /** Something that fits the model and must not run, unless somebody says in the file why it may. */
  forbid(code: Code, path: Path, message: string, hint: string, details?: readonly string[]): void {
    this.#judge({ code, severity: 'error', message, hint, details, ignorable: true, waits: true }, path);
  }

  /** A certificate out of its time: nobody has changed anything. */
  expire(path: Path, message: string, hint: string): void {
    const problem = { code: 'certificate-expired', severity: 'error', message, hint } as const;
    this.#judge({ ...problem, ignorable: true, waits: true, byTime: true }, path);
  }

  /** Something that fits the model and is rarely meant. */
  doubt(code: Code, path: Path, message: string, hint: string): void {
    this.#judge({ code, severity: 'warning', message, hint, ignorable: true, waits: true }, path);
  }

  /** Something that may be meant, and is worth a look. */
  note(code: Code, path: Path, message: string, hint: string): void {
    this.#judge({ code, severity: 'note', message, hint, ignorable: true, waits: true }, path);
  }

  #judge(problem: Problem, path: Path): void {
    this.#add(problem, path, spanAt(this.#tree, path));
  }

  #add(problem: Problem, path: Path, span: Span): void {
    if (!this.isRefused(path)) this.problems.push({ ...problem, at: placeOf(span) });
  }

  /** Whether what is said of a path would only follow from what is wrong there already. */
  isRefused(path: Path): boolean {
    if (this.#aroundRefused.has(dotted(path))) return true;
    return path.some((_, index) => this.#refused.has(dotted(path.slice(0, index + 1))));
  }
}
