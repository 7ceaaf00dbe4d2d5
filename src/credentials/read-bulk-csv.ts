import { parse } from 'csv-parse/sync';
import type { BulkProblems } from './bulk-problems.ts';

/** One record of a bulk file as it stands there; `line` counts from 1 and is the last one it spans. */
export interface BulkRecord {
  readonly user: string;
  readonly password: string;
  readonly line: number;
}

/**
 * Reads CSV (RFC 4180) whose header names the columns `user` and `password`, in either order, and calls
 * `take` for each record. Adds a problem for each line that is none; csv-parse's own messages are not used,
 * because they quote the fields.
 */
export function readBulkCsv(bytes: Buffer, problems: BulkProblems, take: (record: BulkRecord) => void): void {
  let columns: { user: number; password: number } | undefined;
  let lastLine = 0;
  let quoteProblem = false;
  const takeRecord = (fields: readonly string[], line: number): void => {
    lastLine = line;
    if (columns === undefined) {
      columns = readHeader(fields);
      return;
    }
    const [user, password] = [fields[columns.user], fields[columns.password]];
    if (user === undefined || password === undefined || fields.length !== 2) {
      const found = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`;
      const hint = 'put a field that holds a comma in double quotes';
      problems.add('bulk-fields', line, `expected 2 fields, found ${found}`, hint);
    } else take({ user, password, line });
  };
  const takeError = (code: string, line: number): void => {
    // A broken quote swallows what follows up to the next one: only the first tells where to look.
    if (quoteProblem) return;
    quoteProblem = true;
    const unclosed = code === 'CSV_QUOTE_NOT_CLOSED';
    const message = unclosed ? 'the double quote is never closed' : 'a double quote within the field';
    const hint = 'put the whole field in double quotes and double those in it';
    problems.add('bulk-quote', unclosed ? lastLine + 1 : line, message, hint);
  };
  try {
    parse(bytes, {
      bom: true,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_record: (fields: string[], { lines }) => {
        takeRecord(fields, lines);
        return null;
      },
      on_skip: (error) => {
        if (error) takeError(error.code, Number(error['lines']));
      },
    });
  } catch (error) {
    if (!(error instanceof WrongHeader)) throw error;
    problems.add('bulk-header', lastLine, 'the header is missing', 'make the first line `user,password`');
  }
}

class WrongHeader extends Error {}

function readHeader(fields: readonly string[]): { user: number; password: number } {
  const [user, password] = [fields.indexOf('user'), fields.indexOf('password')];
  if (fields.length !== 2 || user === -1 || password === -1) throw new WrongHeader();
  return { user, password };
}
