import { expect, it } from 'vitest';
import { formatBytes } from '../../src/formats/bytes.ts';

it.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1024, '1.0 kB'],
  [10_240, '10 kB'],
  [1_048_064, '1.0 MB'],
  [5 * 1024 ** 3, '5.0 GB'],
  [2 ** 63, '8192 PB'],
])('%d must be shown as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
