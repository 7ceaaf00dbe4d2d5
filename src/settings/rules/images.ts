import { imageTag } from '../../stack/image.ts';
import { isAtLeast, parsePgbouncerVersion } from '../../stack/pgbouncer-version.ts';
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

/** An image whose tag names a release before the oldest that will do; a tag that names none is taken at its word. */
export function checkOldImage(
  path: readonly string[],
  image: string,
  { since, why }: { readonly since: string; readonly why: string },
  found: Findings,
): void {
  const version = parsePgbouncerVersion(imageTag(image) ?? '');
  if (version !== undefined && !isAtLeast(version, since))
    found.value('old-image', path, `${image} is older than ${since}, ${why}`, `use ${since} or newer`);
}
