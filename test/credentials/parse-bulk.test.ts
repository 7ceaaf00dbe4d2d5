import { expect, test } from 'vitest';
import { parseBulk } from '../../src/credentials/parse-bulk.ts';

const parse = (text: string | Buffer, file = 'users') => {
  const { users, problems } = parseBulk(Buffer.from(text as string), file);
  return {
    users,
    problems: problems.list.map(({ code, at }) => `${at?.line ?? '-'} ${code}`),
    count: problems.count,
  };
};

const BOB = { user: 'bob', password: 'one' };
const AL = { user: 'al', password: 'a "b", c' };

test.each([
  ['CSV', 'users.csv', 'user,password\nbob,one\nal,"a ""b"", c"\n'],
  ['CSV with CRLF, blank lines and no last newline', 'x', 'user,password\r\n\r\nbob,one\r\nal,"a ""b"", c"'],
  ['CSV with the columns the other way round', 'x', 'password,user\none,bob\n"a ""b"", c",al\n'],
  ['CSV with a byte order mark', 'x', '\ufeffuser,password\nbob,one\nal,"a ""b"", c"\n'],
  ['NDJSON', 'users.ndjson', '{"user":"bob","password":"one"}\n{"password":"a \\"b\\", c","user":"al"}\n'],
  [
    'NDJSON by its first byte, with CRLF',
    '-',
    '\r\n{"user":"bob","password":"one"}\r\n{"user":"al","password":"a \\"b\\", c"}',
  ],
])('reads %s', (_, file, text) => {
  expect(parse(text, file)).toEqual({ users: [BOB, AL], problems: [], count: 0 });
});

test('spaces belong to the fields', () => {
  expect(parse('user,password\n b , p \n').users).toEqual([{ user: ' b ', password: ' p ' }]);
});

test('the extension wins over the first byte', () => {
  expect(parse('user,password\n{,x\n', 'a.csv').users).toEqual([{ user: '{', password: 'x' }]);
  expect(parse('user,password\n', 'a.jsonl').problems).toEqual(['1 bulk-json']);
});

test('all problems of a CSV file come at once', () => {
  const hash = `md5${'a'.repeat(32)}`;
  expect(
    parse(`user,password\nbob,one\nal\n,x\nbob,two\nzed,\nann,a,b\njoe,${hash}\neve,x\n`).problems,
  ).toEqual([
    '3 bulk-fields',
    '4 bulk-user',
    '5 bulk-duplicate',
    '6 bulk-password',
    '7 bulk-fields',
    '8 bulk-password',
  ]);
});

test('all problems of an NDJSON file come at once', () => {
  const lines = [
    '{"user":"a","password":1}',
    '{}',
    'null',
    '[',
    '{"user":"a","password":"x","more":1}',
    '{"user":"a","password":""}',
  ];
  expect(parse(lines.join('\n'), 'x.ndjson').problems).toEqual([
    '1 bulk-json',
    '2 bulk-json',
    '3 bulk-json',
    '4 bulk-json',
    '5 bulk-json',
    '6 bulk-password',
  ]);
});

test.each([
  ['no header', 'bob,one\n', ['1 bulk-header']],
  ['another separator', 'user;password\nbob;one\n', ['1 bulk-header']],
  ['a third column', 'user,password,x\nbob,one,y\n', ['1 bulk-header']],
  ['nothing at all', '', ['- bulk-empty']],
  ['only a header', 'user,password\n', ['- bulk-empty']],
  ['a quote in the middle', 'user,password\nbob,o"ne\nal,x\n', ['2 bulk-quote']],
  ['something after the closing quote', 'user,password\nbob,"o"ne\nal,x\n', ['2 bulk-quote']],
  ['an open quote', 'user,password\nal,x\nbob,"one\nzed,y\n', ['3 bulk-quote']],
  ['a password of two lines', 'user,password\nal,"x\ny"\n', ['3 bulk-password']],
])('says what is wrong with %s', (_, text, problems) => {
  expect(parse(text).problems).toEqual(problems);
});

test('lines that are not UTF-8 are named', () => {
  const text = Buffer.from('user,password\nbob,\xfc\nal,x\nzed,\xe4\n', 'latin1');
  expect(parse(text).problems).toEqual(['2 bulk-encoding', '4 bulk-encoding']);
});

test('half of a character in JSON is refused', () => {
  expect(parse('{"user":"bob","password":"\\ud800"}').problems).toEqual(['1 bulk-password']);
});

test('a thousand problems are kept, all are counted', () => {
  const found = parse(`user,password\n${'x\n'.repeat(1500)}`);
  expect([found.problems.length, found.count]).toEqual([1000, 1500]);
});

test('no problem quotes the file', () => {
  const texts = [
    'user,password\nbob,hun"ter2\n',
    'user,password\nhunter2\n',
    'user,password\nbob,"hunter2"x\n',
    'bob,hunter2\n',
    '{"user":"bob","password":hunter2}',
    '{"user":"bob","hunter2":"x"}',
    'user,password\nbob,"hunter2\n"\n',
    `user,password\n${'hunter2'.repeat(20)},\n`,
  ];
  for (const text of texts) {
    const { problems } = parseBulk(Buffer.from(text), 'users');
    expect(problems.count).toBeGreaterThan(0);
    expect(JSON.stringify(problems.list)).not.toMatch(/hunter2|hun/);
  }
});
