import { isUtf8 } from 'node:buffer';
import { explainUserName } from '../formats/pgbouncer-names.ts';
import { type BulkProblems, collectBulkProblems } from './bulk-problems.ts';
import type { PlainUser } from './hash-users.ts';
import { explainPassword } from './password-rules.ts';
import { type BulkRecord, readBulkCsv } from './read-bulk-csv.ts';
import { readBulkNdjson } from './read-bulk-ndjson.ts';
import { splitLines } from './split-lines.ts';

/**
 * Reads many users from CSV or NDJSON, which the file's extension tells apart, or else the first byte: `{`
 * starts NDJSON. Gives the users in their order, and everything that is wrong with the file at once; the
 * users are for use only where there are no problems.
 * @param file how people know the file, for problems
 */
export function parseBulk(bytes: Buffer, file: string): { users: PlainUser[]; problems: BulkProblems } {
  const problems = collectBulkProblems(file);
  const users: PlainUser[] = [];
  if (!isUtf8(bytes)) {
    findBrokenLines(bytes, problems);
    return { users, problems };
  }
  const lineOf = new Map<string, number>();
  const take = ({ user, password, line }: BulkRecord): void => {
    checkRecord(user, password, line, lineOf.get(user), problems);
    lineOf.set(user, line);
    users.push({ user, password });
  };
  const body = withoutByteOrderMark(bytes);
  const read = isNdjson(body, file) ? readBulkNdjson : readBulkCsv;
  read(body, problems, take);
  if (users.length === 0 && problems.count === 0) {
    problems.add('bulk-empty', undefined, 'the file holds no users', 'write one user a line');
  }
  return { users, problems };
}

function checkRecord(
  user: string,
  password: string,
  line: number,
  earlierLine: number | undefined,
  problems: BulkProblems,
): void {
  const nameReason = explainUserName(user, { quotedKeys: true, console: false, inUsersSection: false });
  if (nameReason !== undefined) {
    problems.add('bulk-user', line, `the user name cannot be used: ${nameReason}`, 'choose another name');
  }
  const passwordReason = explainPassword(password);
  if (passwordReason !== undefined) {
    problems.add('bulk-password', line, `the password ${passwordReason}`, 'give the password itself');
  }
  if (earlierLine !== undefined) {
    const message = `this user has another password on line ${earlierLine}`;
    problems.add('bulk-duplicate', line, message, 'keep one line for each user');
  }
}

function isNdjson(body: Buffer, file: string): boolean {
  if (/\.csv$/i.test(file)) return false;
  return /\.(ndjson|jsonl|json)$/i.test(file) || body.toString('latin1', 0, 1024).trimStart().startsWith('{');
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)) ? bytes.subarray(3) : bytes;
}

function findBrokenLines(bytes: Buffer, problems: BulkProblems): void {
  let line = 0;
  for (const lineBytes of splitLines(bytes)) {
    line++;
    if (!isUtf8(lineBytes))
      problems.add('bulk-encoding', line, 'the line is not UTF-8', 'save the file as UTF-8');
  }
}
