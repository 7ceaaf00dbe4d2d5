import type { Reporter } from './reporter.ts';

/** A column of a table: where its text comes from and how it is headed. */
export interface Column {
  readonly key: string;
  readonly title: string;
}

type Cells = Readonly<Record<string, string | null>>;

const MAX_WIDTH = 100;
const GAP = '  ';

/**
 * Rows as lines of at most 100 characters: numbers to the right, a dash for NULL, and the longest names cut
 * where the rest would not fit. Columns that no row has are left out, because releases differ in what they show.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly Cells[],
  style: Reporter['style'],
): string[] {
  const shown = columns.filter(({ key }) => rows.some((row) => key in row));
  const lines = [
    shown.map(({ title }) => title),
    ...rows.map((row) => shown.map(({ key }) => row[key] ?? '-')),
  ];
  const widths = fitToLine(
    shown.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0))),
  );
  const isNumeric = shown.map((_, index) =>
    lines.slice(1).every((cells) => /^(?:[\d.]+|-)$/.test(cells[index] ?? '')),
  );
  const [head = '', ...body] = lines.map((cells) =>
    cells
      .map((cell, index) => align(cell, widths[index] ?? 0, isNumeric[index] ?? false))
      .join(GAP)
      .trimEnd(),
  );
  return [style.dim(head), ...body];
}

/** Takes from the widest column, one character at a time, until a line fits. */
function fitToLine(widths: number[]): number[] {
  const total = () => widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  while (total() > MAX_WIDTH) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

function align(cell: string, width: number, right: boolean): string {
  const text = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
  return right ? text.padStart(width) : text.padEnd(width);
}
