import fc from 'fast-check';
import { expect, test } from 'vitest';
import { setUserlistEntries } from '../../src/credentials/set-userlist-entries.ts';
import { FormatError } from '../../src/formats/format-error.ts';
import { setUserlistEntry } from '../../src/formats/userlist.ts';

test.each([
  ['an empty file', '', '"a" "1"\n"b" "2"\n'],
  ['no last newline', '"c" "x"', '"c" "x"\n"a" "1"\n"b" "2"\n'],
  ['CRLF', '"c" "x"\r\n"b" "old"\r\n', '"c" "x"\r\n"b" "2"\r\n"a" "1"\r\n'],
  ['comments', '; one\n"a" "old"\n;"a" "old"\n', '; one\n"a" "1"\n;"a" "old"\n"b" "2"\n'],
  ['a user twice', '"a" "old"\n"c" "x"\n"a" "older"\n', '"c" "x"\n"a" "1"\n"b" "2"\n'],
  ['what follows a secret', '  "a" "old" more\n', '  "a" "1"\n"b" "2"\n'],
])('sets users in %s', (_, before, after) => {
  expect(
    setUserlistEntries(before, [
      { user: 'a', secret: '1' },
      { user: 'b', secret: '2' },
    ]),
  ).toBe(after);
});

test('a line that PgBouncer cannot read is an error with its place', () => {
  const set = () => setUserlistEntries('"a" "1"\n"b"\n', [{ user: 'c', secret: 'x' }]);
  expect(set).toThrow(FormatError);
  expect(set).toThrow(expect.objectContaining({ line: 2 }));
});

const field = fc.string({
  unit: fc.constantFrom('a', 'b', '"', ' ', '\n', '\r', ';', '\t'),
  minLength: 1,
  maxLength: 3,
});
const quoted = field.map((text) => `"${text.replaceAll('"', '""')}"`);
const line = fc.oneof(
  fc.constantFrom('', ';', '; "a" "b"', '  ', '\r', '"a" "b" "c', '"a"'),
  fc
    .tuple(
      fc.constantFrom('', ' ', '\t', '\r'),
      quoted,
      fc.constantFrom(' ', '\t', '\r', ' x '),
      quoted,
      fc.constantFrom('', ' ', ' "', '\r'),
    )
    .map((parts) => parts.join('')),
);
const file = fc.array(line).chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)));
// A name with a line end is refused before it comes here.
const name = field.filter((text) => !/[\r\n]/.test(text));
const entries = fc.uniqueArray(fc.record({ user: name, secret: fc.constantFrom('x', 'y"') }), {
  selector: ({ user }) => user,
  maxLength: 4,
});

const attempt = (action: () => string): string => {
  try {
    return action();
  } catch (error) {
    if (error instanceof FormatError) return `${error.message} ${error.line}:${error.column}`;
    throw error;
  }
};

// A file that mixes line ends may lose its last CRLF on the way, and what is added after that differs.
const sameLineEnds = (text: string): string => text.replaceAll('\r\n', '\n');

test('many users at once come out as one after the other', () => {
  fc.assert(
    fc.property(file, entries, (text, users) => {
      // A mistake shows only where something is set.
      fc.pre(users.length > 0);
      const oneByOne = attempt(() => users.reduce((result, entry) => setUserlistEntry(result, entry), text));
      const atOnce = attempt(() => setUserlistEntries(text, users));
      expect(sameLineEnds(atOnce)).toBe(sameLineEnds(oneByOne));
    }),
    { numRuns: 3000 },
  );
});
