/** The tag of an image reference, or undefined where it has none: `v1.26.0-p0` of `edoburu/pgbouncer:v1.26.0-p0`. */
export function imageTag(image: string): string | undefined {
  const [reference = ''] = image.split('@');
  // A colon before the last slash belongs to the registry's port.
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon === -1 ? undefined : name.slice(colon + 1);
}

/** Whether pulling the image again may give another one: no digest, and no tag or `latest`. */
export function isFloatingImage(image: string): boolean {
  const tag = imageTag(image);
  return !image.includes('@') && (tag === undefined || tag === 'latest');
}

/** Postgres's major version by the tag (`17`, `17.5-alpine`, `2.17-pg16`), or undefined. */
export function parsePostgresMajor(image: string): number | undefined {
  const tag = imageTag(image) ?? '';
  const match = /(?:^|[^a-z])pg(\d{2})(?!\d)/.exec(tag) ?? /^(\d{2})(?!\d)/.exec(tag);
  return match ? Number(match[1]) : undefined;
}
