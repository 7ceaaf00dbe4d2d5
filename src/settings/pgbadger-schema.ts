import * as z from 'zod/mini';
import { about, image, maybe, textLike } from './schema-parts.ts';

/** `monitoring.pgbadger` */
export const pgbadger = z.strictObject({
  image: about(
    z._default(image, 'matsuu/pgbadger:13.2'),
    'The pgBadger image, with a tag that names its version. The project publishes none of its own; any will do that has `pgbadger` and the tools of BusyBox or Debian.',
  ),
  every: maybe(
    textLike(/^[1-9]\d{0,3}[mhd]$/, 'must be minutes, hours or days, such as 30m, 24h or 7d'),
    'Make a report this often, such as 24h. Left out: only when `ecar-pool report` asks for one.',
  ),
  keep: about(z._default(z.int().check(z.gte(1), z.lte(52)), 5), 'How many weeks reports are kept.'),
  postgres: about(
    z._default(z.boolean(), false),
    'Read the log of the Postgres that the stack runs, too; it then logs what pgBadger needs.',
  ),
});
