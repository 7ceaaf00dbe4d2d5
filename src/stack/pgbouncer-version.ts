/** A PgBouncer release, as far as it is known: an image tag may leave the patch level open. */
export interface PgbouncerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number | undefined;
}

/** Reads `1.26.1`, `v1.26.0-p0` or `PgBouncer 1.24.1`; undefined where there is no version in the text. */
export function parsePgbouncerVersion(text: string): PgbouncerVersion | undefined {
  const match = /(?:^|[^0-9.])(\d+)\.(\d+)(?:\.(\d+))?(?![0-9])/.exec(text);
  if (!match) return undefined;
  const patch = match[3];
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: patch === undefined ? undefined : Number(patch),
  };
}

/** Whether `version` is at least `major.minor` (the release a feature came with). */
export function isAtLeast(version: PgbouncerVersion, since: string): boolean {
  const [major = 0, minor = 0, patch = 0] = since.split('.').map(Number);
  if (version.major !== major) return version.major > major;
  if (version.minor !== minor) return version.minor > minor;
  return (version.patch ?? 0) >= patch;
}

export function formatPgbouncerVersion({ major, minor, patch }: PgbouncerVersion): string {
  return patch === undefined ? `${major}.${minor}` : `${major}.${minor}.${patch}`;
}
