import { writeUserlist } from '../formats/userlist.ts';
import type { PlannedFile } from '../plan/file-plan.ts';
import { markLines, type Rendering } from './rendering.ts';

/** The users that PgBouncer lets in, with their passwords as it stores them. */
export function writeUsers(rendering: Rendering): PlannedFile {
  const { users, pgbouncer } = rendering.stack;
  // Who comes by a certificate must be in the list; by an empty password nobody gets in.
  const unknown = pgbouncer.auth_type === 'cert' ? '' : undefined;
  const entries = users.flatMap(({ name }) => {
    const secret = rendering.stored.get(name)?.pgbouncer ?? unknown;
    return secret === undefined ? [] : [{ user: name, secret }];
  });
  // Readable for the image's own user: the folder above, 0700, keeps other users of the host out.
  return { path: 'pgbouncer/userlist.txt', mode: 0o644, text: writeUserlist(entries, markLines(rendering)) };
}
