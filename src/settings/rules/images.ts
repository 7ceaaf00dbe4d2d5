import type { Findings } from '../finding.ts';

/** An image that is not pinned may be another one after the next pull. */
export function checkFloating(
  path: readonly string[],
  image: string,
  example: string,
  found: Findings,
): void {
  found.value(
    'floating-image',
    path,
    `${image} is not pinned: pulling it again may give another version`,
    `name a version, such as ${example}`,
  );
}
