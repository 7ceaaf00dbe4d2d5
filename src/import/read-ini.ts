import { dirname } from 'node:path';
import { FormatError, type TextPlace } from '../formats/format-error.ts';
import { readIniStatements } from '../formats/pgbouncer-ini.ts';
import type { Place } from '../problems/problem.ts';
import type { Losses } from './losses.ts';
import type { ConfigEntry, FindFile, FoundFile } from './pooler-config.ts';

const SECTIONS = ['pgbouncer', 'databases', 'users', 'peers'];

/** PgBouncer's own limit (CF_MAX_INCLUDE_DEPTH in libusual's cfparser.c). */
const MAX_DEPTH = 10;

/**
 * Reads pgbouncer.ini and all that it includes, in the order in which PgBouncer does: an included file goes on in the
 * section that it is included in, and the section that it ends in goes on after it.
 */
export async function readIni(file: FoundFile, find: FindFile, losses: Losses): Promise<ConfigEntry[]> {
  let entries: ConfigEntry[] = [];
  let section: string | undefined;
  let hasMain = false;
  let isCut = false;
  const walk = async (from: FoundFile, depth: number): Promise<void> => {
    const lines = from.text.split('\n');
    const placeAt = (at: TextPlace, length: number): Place => ({
      file: from.name,
      ...at,
      length,
      text: concealPassword(lines[at.line - 1] ?? ''),
    });
    const statements = readStatements(from, placeAt, losses);
    if (statements === undefined) isCut = true;
    for (const statement of statements ?? []) {
      const { kind } = statement;
      if (kind === 'include') {
        const at = placeAt(statement.at, '%include'.length);
        const included =
          (await find(statement.path, dirname(from.path))) ??
          (await find(statement.path, dirname(file.path)));
        if (included === undefined)
          losses.refuse(
            'missing',
            at,
            `${statement.path} is not there`,
            'put it beside the file, or remove the line',
          );
        else if (depth === MAX_DEPTH)
          losses.refuse(
            'too-deep',
            at,
            `files include each other more than ${MAX_DEPTH} deep`,
            'include less deeply',
          );
        else await walk(included, depth + 1);
      } else if (kind === 'section') {
        const at = placeAt(statement.at, statement.name.length + 2);
        section = statement.name;
        if (!SECTIONS.includes(section))
          losses.refuse(
            'unknown-section',
            at,
            `PgBouncer knows no section [${section}], and does not start with it`,
            `use ${SECTIONS.map((name) => `[${name}]`).join(', ')}`,
          );
        if (section !== 'pgbouncer') continue;
        if (hasMain) {
          losses.warn(
            'repeated-section',
            at,
            'at a second [pgbouncer] PgBouncer forgets what the first one said',
            'remove the first one',
          );
          entries = entries.filter((entry) => entry.section !== 'pgbouncer');
        }
        hasMain = true;
      } else {
        const { key, value } = statement;
        const at = placeAt(statement.at, Math.max(1, key.length));
        if (section === undefined)
          losses.refuse('no-section', at, 'this stands before the first [section]', 'put it below one');
        else entries.push({ section, key, value, at });
      }
    }
  };
  await walk(file, 0);
  if (!hasMain && !isCut)
    losses.refuse(
      'no-section',
      { file: file.name },
      'there is no [pgbouncer] section, and PgBouncer does not start without one',
      'check that this is the file you mean',
    );
  return entries;
}

/** Undefined where it cannot be read as such a file, which is told. */
function readStatements(
  { name, text }: FoundFile,
  placeAt: (at: TextPlace, length: number) => Place,
  losses: Losses,
) {
  try {
    return readIniStatements(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { line, column, message } = error;
    const at = line === undefined || column === undefined ? { file: name } : placeAt({ line, column }, 1);
    losses.refuse('syntax', at, `PgBouncer cannot read this: ${message}`, 'correct the line');
    return undefined;
  }
}

/** The line up to a password that a connection string holds. */
function concealPassword(line: string): string {
  const found = /pass\w*\s*=\s*|:\/\/[^\s:@/]*:/i.exec(line.replace(/\r$/, ''));
  return found ? `${line.slice(0, found.index + found[0].length)}[redacted]` : line.replace(/\r$/, '');
}
