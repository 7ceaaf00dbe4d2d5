import type { Place, Problem } from '../problems/problem.ts';

/**
 * Joins what was found in the environments. A fault in the base shows in all of them: once is enough. One
 * that shows in some of them says in which, because its line may well be right for the others.
 * @param isShared whether a place belongs to all environments
 */
export function nameEnvironments(
  found: ReadonlyMap<string, readonly Problem[]>,
  isShared: (place: Place) => boolean,
): Problem[] {
  const seenIn = new Map<string, { readonly problem: Problem; readonly names: string[] }>();
  for (const [name, problems] of found) {
    for (const problem of problems) {
      const key = identity(problem);
      const seen = seenIn.get(key);
      if (seen === undefined) seenIn.set(key, { problem, names: [name] });
      else if (seen.names.at(-1) !== name) seen.names.push(name);
    }
  }
  return [...seenIn.values()].map(({ problem, names }) =>
    names.length === found.size || (problem.at && !isShared(problem.at))
      ? problem
      : { ...problem, message: `${problem.message} (environment ${names.join(', ')})` },
  );
}

const RANK = { error: 0, warning: 1, note: 2 } as const;

/** Errors before warnings before notes, each in the order of its file, and nothing twice. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [identity(problem), problem]));
  return [...unique.values()].sort(
    (a, b) =>
      RANK[a.severity] - RANK[b.severity] ||
      compare(a.at?.file ?? '', b.at?.file ?? '') ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}

/** The same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** By its place, not by its words: what an anchor repeats is wrong under several names and needs one fix. */
function identity({ code, at, message, hint }: Problem): string {
  return JSON.stringify([code, at?.file, at?.line ?? message, at?.column, hint]);
}
