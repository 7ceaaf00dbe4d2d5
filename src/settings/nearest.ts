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
