import { distance } from 'fastest-levenshtein';

/** The known name nearest to a mistyped one, or undefined when none is near enough to be meant. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let smallest = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    // Lengths this far apart cannot win; skipping them keeps ten thousand names cheap.
    if (Math.abs(candidate.length - name.length) >= smallest) continue;
    const steps = distance(name.toLowerCase(), candidate.toLowerCase());
    if (steps < smallest) [nearest, smallest] = [candidate, steps];
  }
  return nearest;
}

/** After so many unknown names it is the list that is wrong, and comparing all with all takes minutes. */
const MAX_SUGGESTIONS = 50;

/** A `nearestName` for one list of names, which gives up when it is asked too often. */
export function createSuggester(known: readonly string[]): (name: string) => string | undefined {
  let asked = 0;
  return (name) => (asked++ < MAX_SUGGESTIONS ? nearestName(name, known) : undefined);
}
