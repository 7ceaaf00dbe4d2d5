import { describe, expect, test } from 'vitest';
import { writePgService } from '../../src/formats/pg-service.ts';

const service = { name: 'app', host: 'localhost', port: 6432, dbname: 'app', user: 'alice' };

describe('writePgService', () => {
  test('writes what libpq reads: no blank around the equals sign, no quotes', () => {
    const services = [service, { ...service, name: 'b c', dbname: `it's "\\`, user: 'true' }];
    expect(writePgService(services, ['note'])).toEqual({
      text: [
        '# note\n',
        '[app]\nhost=localhost\nport=6432\ndbname=app\nuser=alice\n',
        `[b c]\nhost=localhost\nport=6432\ndbname=it's "\\\nuser=true\n`,
      ].join('\n'),
      leftOut: [],
    });
  });

  test.each([
    ['a name with a dot', { name: 'a.b' }],
    ['a name with a bracket', { name: 'a]b' }],
    ['an empty name', { name: '' }],
    ['a comment mark', { dbname: 'a;b' }],
    ['a hash sign', { user: 'a#b' }],
    ['an equals sign', { dbname: 'a=b' }],
    ['quotes around a value', { dbname: '"a"' }],
    ['a bracket at the start', { dbname: '[a' }],
    ['a blank at the end', { user: 'a ' }],
    ['a newline', { user: 'a\nb' }],
    ['an empty value', { dbname: '' }],
    ['a line longer than libpq reads', { host: 'h'.repeat(250) }],
  ])('leaves out a service with %s', (_, change) => {
    const odd = { ...service, ...change };
    const { text, leftOut } = writePgService([odd, { ...service, name: 'fine' }], []);
    expect(leftOut).toEqual([odd.name]);
    expect(text).toMatch(/^\[fine\]\n/);
  });
});
