import { expect, test } from 'vitest';
import { prepareScramPassword } from '../../src/credentials/saslprep.ts';

test.each([
  // RFC 4013 section 3, its examples.
  ['I\u00adX', 'IX', 'a soft hyphen is left out'],
  ['user', 'user', 'ASCII stays'],
  ['USER', 'USER', 'case stays'],
  ['\u00aa', 'a', 'NFKC'],
  ['\u2168', 'IX', 'NFKC'],
  ['e\u0301', '\u00e9', 'composed'],
  ['a\u00a0b', 'a b', 'a wide space becomes a space'],
  ['a\u200bb', 'a b', 'the zero width space is a space first, and left out only by the later table'],
  ['\u0627\u0031\u0628', '\u0627\u0031\u0628', 'right-to-left with a digit within'],
])('%j becomes %j: %s', (password, prepared) => {
  expect(prepareScramPassword(password)).toBe(prepared);
});

test.each([
  ['a\u0001b', 'ASCII is not looked at, control characters included'],
  ['\u0007é', 'an ASCII control character is prohibited beside others'],
  ['é\ue000', 'private use'],
  ['\ufffdⅨ', 'the replacement character'],
  ['⅐', 'unassigned in Unicode 3.2, though NFKC knows it'],
  ['😀', 'unassigned in Unicode 3.2'],
  ['\u0340', 'prohibited, though NFKC replaces it by a character that is not'],
  ['\u0627\u0031', 'right-to-left that does not end so'],
  ['\u05d0a\u05d0Ⅸ', 'both directions'],
  ['\u00ad', 'nothing left'],
  ['', 'nothing at all'],
])('%j is taken raw: %s', (password) => {
  expect(prepareScramPassword(password)).toBe(password);
});
