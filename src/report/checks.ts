import type { Row } from '../verify/row.ts';
import { hasPassed, hasReachedPostgres, type Verdict } from '../verify/verify.ts';
import type { Reporter } from './reporter.ts';
import { type Column, formatTable } from './table.ts';

type Style = Reporter['style'];

const column = (key: string, title = key): Column => ({ key, title });

/** What of each SHOW command a person looks at; `--json` has every column. */
const TABLES: readonly {
  readonly name: 'pools' | 'stats' | 'databases';
  readonly nameColumn: string;
  readonly columns: readonly Column[];
}[] = [
  {
    name: 'pools',
    nameColumn: 'database',
    columns: [
      column('database'),
      column('user'),
      column('cl_active'),
      column('cl_waiting'),
      column('sv_active'),
      column('sv_idle'),
      column('sv_used'),
      column('maxwait'),
      column('pool_mode', 'mode'),
    ],
  },
  {
    name: 'stats',
    nameColumn: 'database',
    columns: [
      column('database'),
      column('total_xact_count', 'xacts'),
      column('total_query_count', 'queries'),
      column('total_received', 'received'),
      column('total_sent', 'sent'),
      column('avg_xact_time', 'xact µs'),
      column('avg_query_time', 'query µs'),
      column('avg_wait_time', 'wait µs'),
    ],
  },
  {
    name: 'databases',
    nameColumn: 'name',
    columns: [
      column('name'),
      column('host'),
      column('port'),
      column('database'),
      column('pool_size', 'pool'),
      column('min_pool_size', 'min'),
      // The column was renamed in PgBouncer 1.24.
      column('reserve_pool', 'reserve'),
      column('reserve_pool_size', 'reserve'),
      column('max_connections', 'max'),
      column('current_connections', 'current'),
      column('pool_mode', 'mode'),
    ],
  },
];

/**
 * Reports a verdict: a line a check, why and what to do below each failure, then the tables.
 * @param about `what` it is about, where that is not all of the environment; and `rolledBackTo`, the time of the older
 * set that was judged by, which the settings are ahead of
 */
export function reportVerdict(
  verdict: Verdict,
  environment: string,
  report: Reporter,
  {
    what = environment,
    rolledBackTo,
  }: { readonly what?: string | undefined; readonly rolledBackTo?: string | undefined } = {},
): void {
  report.data({ environment, ok: hasPassed(verdict), rolledBackTo, ...verdictToJson(verdict) });
  const explained = new Set<string>();
  for (const row of verdict.rows) {
    const isQuiet = row.status === 'ok';
    for (const line of formatRow(row, explained, report.style)) (isQuiet ? report.detail : report.line)(line);
  }
  for (const { name, nameColumn, columns } of TABLES) {
    // The console lists itself as a database; nobody pools it.
    const rows = verdict[name].filter((row) => row[nameColumn] !== 'pgbouncer');
    if (rows.length === 0) continue;
    report.detail();
    report.detail(report.style.bold(`SHOW ${name.toUpperCase()}`));
    for (const line of formatTable(columns, rows, report.style)) report.detail(line);
  }
  report.detail();
  report.line(summarise(verdict.rows, what, report.style));
}

/** The checks that failed, each with its cause and what to do. */
export function formatFailures({ rows }: Pick<Verdict, 'rows'>, style: Style): string[] {
  const explained = new Set<string>();
  return rows.filter(({ status }) => status === 'fail').flatMap((row) => formatRow(row, explained, style));
}

/**
 * One check as text: the verdict in one line; cause and fix below it, but only once for checks that fail for
 * the same reason. `explained` remembers what has been told.
 */
function formatRow(row: Row, explained: Set<string>, style: Style): string[] {
  const { status, title, observed, expected, cause, hint } = row;
  const label = {
    ok: style.green('ok  '),
    warn: style.yellow.bold('WARN'),
    fail: style.red.bold('FAIL'),
    skip: style.yellow('skip'),
  }[status];
  const note = (name: string, text: string | undefined) =>
    text === undefined ? [] : [`      ${style.cyan(`${name}:`)} ${text}`];
  const lines = [`${label}  ${title} — ${observed}`, ...note('expected', expected)];
  const reason = `${cause}\n${hint}`;
  if (cause !== undefined && explained.has(reason)) return [...lines, ...note('cause', 'the same as above')];
  explained.add(reason);
  return [...lines, ...note('cause', cause), ...note('fix', hint)];
}

/** A verdict as machines read it. */
export function verdictToJson({ rows, pools, stats, databases }: Verdict): object {
  return { checks: rows, pools, stats, databases };
}

/** A verdict in one line. */
export function summarise(rows: readonly Row[], environment: string, style: Style): string {
  const count = (status: Row['status']) => rows.filter((row) => row.status === status).length;
  const failed = count('fail');
  const counts = [
    `${count('ok')} ok`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(count('warn') === 0 ? [] : [count('warn') === 1 ? '1 warning' : `${count('warn')} warnings`]),
    ...(count('skip') === 0 ? [] : [`${count('skip')} skipped`]),
  ].join(', ');
  return `${style.bold(environment)} ${formatVerdict(rows, style)}: ${counts}`;
}

function formatVerdict(rows: readonly Row[], style: Style): string {
  if (!hasPassed({ rows })) return style.red('does not pass');
  if (hasReachedPostgres({ rows })) return style.green('works');
  return style.yellow(
    'passes, but nothing proved that Postgres answers (no user of an application was tried)',
  );
}
