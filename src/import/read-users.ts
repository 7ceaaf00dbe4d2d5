import { FormatError } from '../formats/format-error.ts';
import { readUserlist } from '../formats/userlist.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry, FindFile, UserLine } from './pooler-config.ts';

/** PgBouncer 1.26's own limit, the largest of all releases. */
const MAX_SECRET_BYTES = 65_530;

/** The users of the file that `auth_file` names; none where there is no such setting. */
export async function readUsers(
  entries: readonly ConfigEntry[],
  base: string,
  find: FindFile,
  losses: Losses,
): Promise<UserLine[]> {
  const entry = entries.findLast(({ section, key }) => section === 'pgbouncer' && key === 'auth_file');
  if (entry === undefined || entry.value === '') return [];
  const file = await find(entry.value, base);
  if (file === undefined) {
    const message = `${entry.value} is neither there nor beside the file that names it, so nobody could log in`;
    losses.lose('auth_file', entry.at, message, 'put it beside that file');
    return [];
  }
  return parseUsers(file.name, file.text, losses);
}

/** Users by the lines of userlist.txt; no line is ever shown, since each holds a secret. */
export function parseUsers(file: string, text: string, losses: Losses): UserLine[] {
  try {
    return readUserlist(text, { maxSecretBytes: MAX_SECRET_BYTES }).map(({ user, secret, line }) => ({
      user,
      secret,
      at: { file, line, column: 1 },
    }));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { line, column, message } = error;
    const hint = 'correct the line: "user" "password", with each quote inside doubled';
    losses.refuse('userlist', { file, line, column }, `PgBouncer stops reading users here: ${message}`, hint);
    return [];
  }
}
