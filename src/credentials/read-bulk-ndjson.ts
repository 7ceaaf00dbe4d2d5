import type { BulkProblems } from './bulk-problems.ts';
import type { BulkRecord } from './read-bulk-csv.ts';
import { splitLines } from './split-lines.ts';

/**
 * Reads one JSON object `{"user":…,"password":…}` a line and calls `take` for each; blank lines are skipped.
 * Adds a problem for each line that is none; the messages of JSON.parse are not used, because they quote the
 * text.
 */
export function readBulkNdjson(
  bytes: Buffer,
  problems: BulkProblems,
  take: (record: BulkRecord) => void,
): void {
  let line = 0;
  for (const lineBytes of splitLines(bytes)) {
    line++;
    const text = lineBytes.toString('utf8').trim();
    if (text === '') continue;
    const found = readObject(text);
    if (found) take({ ...found, line });
    else {
      const hint = 'write one {"user":"…","password":"…"} a line, both as strings and nothing else';
      problems.add('bulk-json', line, 'the line is no JSON object with a user and a password', hint);
    }
  }
}

function readObject(text: string): { user: string; password: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return undefined;
  const { user, password } = value as { user?: unknown; password?: unknown };
  return typeof user === 'string' && typeof password === 'string' ? { user, password } : undefined;
}
