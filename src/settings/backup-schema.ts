import * as z from 'zod/mini';
import { about, image, maybe } from './schema-parts.ts';

/** `backup` */
export const backup = about(
  z.strictObject({
    keep: about(
      z._default(z.int().check(z.gte(1), z.lte(10_000)), 7),
      'The newest so many backups of each database are kept, however old they are.',
    ),
    keep_days: about(
      z._default(z.int().check(z.gte(0), z.lte(36_500)), 30),
      'And so is every backup that is not older than so many days; 0 to go by `keep` alone.',
    ),
    image: maybe(
      image,
      'The image whose pg_dump backs up a Postgres that someone else runs; no older than that server. Default: postgres:18.',
    ),
  }),
  'What `ecar-pool backup` keeps.',
);
