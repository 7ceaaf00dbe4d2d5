import type { Reporter } from './reporter.ts';

const REDRAW_MS = 1000;

/**
 * Shows how long each task takes: on a terminal in a line that is redrawn, elsewhere in one at each end. What a task
 * gives may be a failure, too: `isGood` tells.
 */
export function createTasks(report: Reporter, draw: (text: string) => void) {
  const { errStyle: style } = report;
  return async function show<Value>(
    what: string,
    task: () => Promise<Value>,
    isGood: (value: Value) => boolean = () => true,
  ): Promise<Value> {
    const began = performance.now();
    const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
    const line = (word: string) => `${word}  ${style.dim(`${seconds().padStart(5)} s`)}  ${what}`;
    const redraw = () => draw(`\r\x1b[K${line('... ')}`);
    if (report.live) redraw();
    else report.progress(`...            ${what}`);
    const timer = report.live ? setInterval(redraw, REDRAW_MS) : undefined;
    const end = (word: string) => {
      clearInterval(timer);
      if (report.live) draw('\r\x1b[K');
      report.progress(line(word));
    };
    try {
      const value = await task();
      end(isGood(value) ? style.green('ok  ') : style.red('FAIL'));
      return value;
    } catch (error) {
      end(style.red('FAIL'));
      throw error;
    }
  };
}
