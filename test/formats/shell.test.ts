import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatCommand, splitCommand } from '../../src/formats/shell.ts';

it('must take a command apart into the words that it was made of', () => {
  const word = fc.oneof(
    fc.string({ minLength: 1, unit: 'grapheme' }),
    fc.string({ minLength: 1, unit: fc.constantFrom("'", '\\', ' ', '"', '\n', 'a', '$') }),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      expect(splitCommand(formatCommand(words))).toEqual(words);
    }),
  );
});

it('must keep a word that is empty', () => {
  expect(splitCommand(formatCommand(['psql', '', '-c']))).toEqual(['psql', '', '-c']);
});
