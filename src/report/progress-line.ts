import { columnsOf, printable } from './printable.ts';
import type { Reporter } from './reporter.ts';

/** Where it is shown how far something is that takes its time. */
export interface ProgressLine {
  /** Shows a text, if it is time for one. */
  show(text: string): void;
  /** Takes the line away, so that what follows starts at the margin. */
  end(): void;
}

const FIRST_MS = 1000;
const REDRAWN_MS = 200;
const PLAIN_MS = 10_000;

/**
 * A line on stderr that a terminal redraws in place; elsewhere plain lines now and then. What is done within a
 * second shows nothing.
 */
export function openProgressLine(
  report: Reporter,
  stderr: { write(text: string): unknown; readonly columns?: number },
): ProgressLine {
  let next = performance.now() + FIRST_MS;
  let isDrawn = false;
  return {
    show(text) {
      if (performance.now() < next) return;
      next = performance.now() + (report.live ? REDRAWN_MS : PLAIN_MS);
      if (!report.live) return report.progress(printable(text));
      stderr.write(`\r\x1b[K${cut(printable(text), (stderr.columns ?? 80) - 1)}`);
      isDrawn = true;
    },
    end() {
      if (isDrawn) stderr.write('\r\x1b[K');
      isDrawn = false;
    },
  };
}

/** As much as fits: a line that wraps could not be redrawn. */
function cut(text: string, columns: number): string {
  let kept = '';
  for (const character of text) {
    if (columnsOf(kept + character) > columns) break;
    kept += character;
  }
  return kept;
}
