import type { Reporter } from './reporter.ts';

/** A column of a table: where its text comes from and how it is headed. */
export interface Column {
  readonly key: string;
  readonly title: string;
}

type Cells = Readonly<Record<string, string | null>>;

/** The widest cell that is shown whole; names may be longer, and a table must fit a terminal. */
const MAX_CELL = 24;

/**
 * Rows as lines: two blanks between columns, numbers to the right, a dash for NULL. Columns that no row has
 * are left out, because releases differ in what they show.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly Cells[],
  style: Reporter['style'],
): string[] {
  const shown = columns.filter(({ key }) => rows.some((row) => key in row));
  const texts = rows.map((row) => shown.map(({ key }) => clip(row[key] ?? '-')));
  const widths = shown.map(({ title }, index) =>
    Math.max(title.length, ...texts.map((cells) => cells[index]?.length ?? 0)),
  );
  const isNumeric = shown.map((_, index) =>
    texts.every((cells) => /^(?:[\d.]+|-)$/.test(cells[index] ?? '')),
  );
  const join = (cells: readonly string[]) =>
    cells
      .map((cell, index) =>
        isNumeric[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [style.dim(join(shown.map(({ title }) => title))), ...texts.map(join)];
}

function clip(text: string): string {
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}
