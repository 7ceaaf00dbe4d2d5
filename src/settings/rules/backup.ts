import { isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import { checkFloating } from './images.ts';

/** The stack's own Postgres is backed up by its own pg_dump. */
export function checkBackup(
  { backup, postgres }: Pick<Settings, 'backup' | 'postgres'>,
  found: Findings,
): void {
  const { image } = backup;
  const at = ['backup', 'image'];
  if (image === undefined) return;
  if (isFloatingImage(image)) checkFloating(at, image, 'postgres:18', found);
  else if (postgres.image !== undefined)
    found.key(
      'unused-backup-image',
      at,
      '`backup.image` has no use with `postgres.image`: that server is backed up by its own pg_dump',
      'remove the line',
    );
}
