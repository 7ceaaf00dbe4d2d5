import type { Problem } from '../problems/problem.ts';

/** Collects what is wrong with a bulk file, in the order of its lines. */
export interface BulkProblems {
  add(code: string, line: number | undefined, message: string, hint: string): void;
  readonly list: readonly Problem[];
  /** How many there are, those beyond the limit included. */
  readonly count: number;
}

/** More than anybody corrects by hand; a file with a million wrong lines must not fill the memory. */
const LIMIT = 1000;

/**
 * An empty collection for the file that people know as `file`. No problem carries the line itself, nor
 * anything from it: a file whose columns are swapped has passwords where names should be.
 */
export function collectBulkProblems(file: string): BulkProblems {
  const list: Problem[] = [];
  let count = 0;
  return {
    add: (code, line, message, hint) => {
      count++;
      if (list.length < LIMIT) list.push({ code, severity: 'error', message, hint, at: { file, line } });
    },
    list,
    get count() {
      return count;
    },
  };
}
