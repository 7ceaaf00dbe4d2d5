import { readDotenv } from '../formats/dotenv.ts';
import type { Change } from '../plan/change.ts';

/**
 * The `.env` that Compose would read now, by name: the one on the disk, which need not be the one that the
 * settings render to, since a secret may come from this very shell. Empty where there is none or Compose
 * could not read it either; `checkFiles` tells of both.
 */
export function readDotenvOnDisk(changes: readonly Change[]): ReadonlyMap<string, string> {
  const text = changes.find(({ path }) => path === '.env')?.before ?? '';
  try {
    return new Map(
      readDotenv(text).flatMap((entry) => ('value' in entry ? [[entry.name, entry.value] as const] : [])),
    );
  } catch {
    return new Map();
  }
}
