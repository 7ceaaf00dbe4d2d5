import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openProgressLine } from '../../src/report/progress-line.ts';
import { createReporter } from '../../src/report/reporter.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

/** What stands on stderr after one step each tenth of a second. */
function watch(seconds: number, terminal: boolean, columns = 80): string {
  let text = '';
  const stderr = { isTTY: terminal, columns, write: (more: string) => (text += more) };
  const options = { json: false, quiet: false, color: true, noColor: undefined };
  const line = openProgressLine(createReporter({ write: () => {} }, stderr, options), stderr);
  for (let tenths = 0; tenths <= seconds * 10; tenths++) {
    line.show(`dumping 表: ${tenths}`);
    vi.advanceTimersByTime(100);
  }
  line.end();
  return text;
}

describe('progress', () => {
  it('must not be shown of what takes less than a second', () => {
    expect(watch(0.9, true) + watch(0.9, false)).toBe('');
  });

  it('must be a line now and then where there is no terminal', () => {
    expect(watch(25, false)).toBe('dumping 表: 10\ndumping 表: 110\ndumping 表: 210\n');
  });

  it('must be one line on a terminal, no longer than it, and gone in the end', () => {
    expect(watch(1.4, true, 14)).toBe(
      '\r\x1b[Kdumping 表: 1\r\x1b[Kdumping 表: 1\r\x1b[Kdumping 表: 1\r\x1b[K',
    );
    expect(watch(1, true)).toBe('\r\x1b[Kdumping 表: 10\r\x1b[K');
  });
});
