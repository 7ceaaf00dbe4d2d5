import * as z from 'zod/mini';
import type { HbaRule } from '../formats/hba.ts';
import { about, line } from './schema-parts.ts';

const names = () => z._default(z.union([line, z.array(line).check(z.minLength(1))]), 'all');

const rule = z.strictObject({
  type: about(
    z._default(z.enum(['host', 'hostssl', 'hostnossl']), 'host'),
    '`hostssl` for connections with TLS only, `hostnossl` for those without, `host` for both.',
  ),
  database: about(
    names(),
    'An entry of `databases`, a list of them, `all`, or `sameuser`; `pgbouncer` is the console.',
  ),
  user: about(names(), 'A user, a list of them, or `all`.'),
  address: about(
    z._default(line, 'all'),
    'The network that they come from, such as 10.0.0.0/8, as the container sees it; or `all`.',
  ),
  method: about(
    z.enum(['scram-sha-256', 'md5', 'password', 'trust', 'reject']),
    'How they prove who they are. Under `password` and `trust`, userlist.txt holds passwords in the clear.',
  ),
});

/** The rules of `auth_type: hba`, in their order. */
export const hba = about(
  z.optional(z.array(rule).check(z.minLength(1, 'must have at least one rule'))),
  'Who may log in from where and how, for `auth_type: hba`: the first rule that fits counts, and whom none fits stays out. In place of `auth_hba_file`.',
);

/** One name is a list of one. */
export function toRule({ database, user, ...rest }: z.infer<typeof rule>): HbaRule {
  return { ...rest, database: [database].flat(), user: [user].flat() };
}
