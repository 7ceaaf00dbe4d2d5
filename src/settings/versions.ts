import { imageTag, parsePostgresMajor } from '../stack/image.ts';
import { isAtLeast, type PgbouncerVersion, parsePgbouncerVersion } from '../stack/pgbouncer-version.ts';
import type { Settings } from './schema.ts';

/** The PgBouncer that will read the files: `version` where it is given, or else what the image's tag says. */
export function pgbouncerVersionOf({ pgbouncer }: Pick<Settings, 'pgbouncer'>): PgbouncerVersion | undefined {
  return parsePgbouncerVersion(pgbouncer.version ?? imageTag(pgbouncer.image) ?? '');
}

/** The major version of the Postgres that the stack runs, likewise. */
export function postgresMajorOf({ postgres }: Pick<Settings, 'postgres'>): number | undefined {
  return postgres.version ?? (postgres.image === undefined ? undefined : parsePostgresMajor(postgres.image));
}

/** Whether that PgBouncer reads keys in single quotes; without them, names are letters, digits and _ . * - only. */
export function hasQuotedKeys(settings: Pick<Settings, 'pgbouncer'>): boolean {
  const version = pgbouncerVersionOf(settings);
  return version !== undefined && isAtLeast(version, '1.25');
}
