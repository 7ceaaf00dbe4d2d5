import { writeUserlist } from '../formats/userlist.ts';
import type { PlannedFile } from '../plan/file-plan.ts';
import { markLines, type Rendering } from './rendering.ts';

/** The users that PgBouncer lets in, with their passwords as it stores them. */
export function writeUsers(rendering: Rendering): PlannedFile {
  const entries = rendering.stack.users.flatMap(({ name }) => {
    const stored = rendering.stored.get(name);
    return stored === undefined ? [] : [{ user: name, secret: stored.pgbouncer }];
  });
  // Readable for the image's own user: the folder above, 0700, keeps other users of the host out.
  return { path: 'pgbouncer/userlist.txt', mode: 0o644, text: writeUserlist(entries, markLines(rendering)) };
}
