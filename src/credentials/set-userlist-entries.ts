import { FormatError } from '../formats/format-error.ts';
import {
  formatUserlistLine,
  readUserlist,
  setUserlistEntry,
  type UserlistEntry,
} from '../formats/userlist.ts';

/** What PgBouncer 1.26 reads; older releases stop at less, but that is no reason to refuse a file here. */
const LIMITS = { maxSecretBytes: 65_530 };

/**
 * Gives `text`, a userlist.txt, with the secrets of many users set; each user occurs once in `entries`. The
 * result is that of `setUserlistEntry` for one after the other, with the line ends of the file as it was, and
 * it throws as that does; but the time grows with the file plus the users and not with their product.
 */
export function setUserlistEntries(text: string, entries: readonly UserlistEntry[]): string {
  const updates = new Map(entries.map((entry) => [entry.user, entry]));
  const placed = new Set<string>();
  const kept: string[] = [];
  // From the end: a user's last line is the one that PgBouncer obeys and the one to keep.
  for (const line of (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).reverse()) {
    const found = readLine(line);
    if (found === 'odd') return setOneByOne(text, entries);
    const update = found && updates.get(found.user);
    if (!update) kept.push(line);
    else if (!placed.has(update.user)) {
      placed.add(update.user);
      kept.push(replaceEntry(line, formatUserlistLine(update, LIMITS)));
    }
  }
  const result = kept.reverse().join('');
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const added = entries.filter(({ user }) => !placed.has(user));
  const gap = added.length === 0 || result === '' || result.endsWith('\n') ? '' : lineEnd;
  return result + gap + added.map((entry) => formatUserlistLine(entry, LIMITS) + lineEnd).join('');
}

/** The entry on a line; undefined for a blank line or a comment; `odd` where the line is not one whole entry. */
function readLine(line: string): UserlistEntry | undefined | 'odd' {
  if (/\r(?!\n?$)/.test(line)) return 'odd';
  try {
    return readUserlist(line, LIMITS)[0];
  } catch (error) {
    // A field that goes on in the next line, or a mistake: only reading the whole file can tell.
    if (error instanceof FormatError) return 'odd';
    throw error;
  }
}

function replaceEntry(line: string, entry: string): string {
  const indent = /^[\t\v\f ]*/.exec(line)?.[0] ?? '';
  return indent + entry + (/\r?\n$/.exec(line)?.[0] ?? '');
}

function setOneByOne(text: string, entries: readonly UserlistEntry[]): string {
  return entries.reduce((result, entry) => setUserlistEntry(result, entry, LIMITS), text);
}
