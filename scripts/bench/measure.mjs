// Times of whole programs, in milliseconds, and ratios of pairs: on a shared machine an absolute time says
// little, but two runs next to each other share its mood.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

export const MAIN = resolve('dist/main.cjs');

/** Runs a program to its end; anything but exit 0 is no measurement. */
export function time([program, ...args], options = {}) {
  const start = performance.now();
  const { status, error, stderr } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    ...options,
  });
  const ms = performance.now() - start;
  if (error) throw error;
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${status}\n${stderr}`);
  return ms;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Two things measured in turn: the median of each, and of the ratios of the pairs. The first pair warms up. */
export function pairs(count, subject, reference) {
  subject();
  reference();
  const both = Array.from({ length: count }, () => [subject(), reference()]);
  return {
    subject: median(both.map(([a]) => a)),
    reference: median(both.map(([, b]) => b)),
    ratio: median(both.map(([a, b]) => a / b)),
  };
}
