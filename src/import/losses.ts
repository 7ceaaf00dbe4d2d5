import type { Place, Problem } from '../problems/problem.ts';

/** Collects what cannot be taken over as it is: nothing is left out in silence. */
export class Losses {
  readonly problems: Problem[] = [];
  readonly #without: ReadonlySet<string>;
  readonly #unused: Set<string>;

  /** @param without keys that people said may be left out: what would stop the import then only warns */
  constructor(without: readonly string[] = []) {
    this.#without = new Set(without);
    this.#unused = new Set(without);
  }

  /** What is left out or changed without changing what the pool does, or who gets in. */
  warn(code: string, at: Place, message: string, hint?: string): void {
    this.problems.push({ code, severity: 'warning', message, hint, at });
  }

  /** What PgBouncer itself would not have started with, or what is to be put right first. */
  refuse(code: string, at: Place, message: string, hint: string): void {
    this.problems.push({ code, severity: 'error', message, hint, at });
  }

  /** What the pool would do without: stops unless its key is among those that may be left out. */
  lose(key: string, at: Place, message: string, fix?: string): void {
    if (this.mayLeaveOut(key)) this.warn('left-out', at, `${message}; left out as told`);
    else {
      const way = `leave it out with \`--without ${key}\``;
      this.refuse('not-carried-over', at, message, fix === undefined ? way : `${fix}, or ${way}`);
    }
  }

  mayLeaveOut(key: string): boolean {
    this.#unused.delete(key);
    return this.#without.has(key);
  }

  /** Keys of `--without` that nothing was lost for. */
  get unused(): readonly string[] {
    return [...this.#unused];
  }
}
