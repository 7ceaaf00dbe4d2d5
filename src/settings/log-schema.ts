import * as z from 'zod/mini';
import { about, textLike } from './schema-parts.ts';

/** `monitoring.log` */
export const log = z.strictObject({
  max_size: about(
    z._default(textLike(/^[1-9]\d{0,8}[kmgKMG]$/, 'must be a size such as 100M'), '100M'),
    'The size at which the file is put aside, compressed, and a new one begun, such as 100M.',
  ),
  keep: about(
    z._default(z.int().check(z.gte(1), z.lte(1000)), 7),
    'How many files that were put aside are kept.',
  ),
});
