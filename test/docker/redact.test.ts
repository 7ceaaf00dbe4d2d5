import { describe, expect, it } from 'vitest';
import { createRedact } from '../../src/docker/redact.ts';
import { writePostgresUrl } from '../../src/formats/url.ts';

const SECRET = `a"b'c$d\\e`;

describe('redact', () => {
  it.each([
    ['as it is', `password=${SECRET};`, 'password=[redacted];'],
    ['in JSON', JSON.stringify({ x: SECRET }), '{"x":"[redacted]"}'],
    ['in a double-quoted .env value', `V="a\\"b'c\\$d\\\\e"`, 'V="[redacted]"'],
    ['in userlist.txt', `"u" "a""b'c$d\\e"`, '"u" "[redacted]"'],
    ['in SQL', `'a"b''c$d\\e'`, "'[redacted]'"],
    ['in a URL', "u:a%22b'c%24d%5Ce@h", 'u:[redacted]@h'],
    ['in a Compose file', `a"b'c$$d\\e`, '[redacted]'],
    ['twice', `${SECRET} ${SECRET}`, '[redacted] [redacted]'],
  ])('must blank a secret %s', (_, text, expected) => {
    expect(createRedact([SECRET])(text)).toBe(expected);
  });

  it("must blank every character that the exporter's URL encodes", () => {
    const password = `it's (a) *star*!`;
    const url = writePostgresUrl({
      user: 'u',
      password,
      host: 'h',
      port: 1,
      database: 'd',
      parameters: [],
    });
    expect(createRedact([password])(url)).toBe('postgres://u:[redacted]@h:1/d?');
  });

  it('must blank the longer of two secrets whole', () => {
    expect(createRedact(['apple', 'apple-pie'])('apple-pie and apple')).toBe('[redacted] and [redacted]');
  });

  it('must leave a text alone where there is no secret in it, an empty one included', () => {
    expect(createRedact(['', 'x1'])('nothing here')).toBe('nothing here');
  });

  it.each([
    [
      'failed to read .env: line 3: unterminated quoted value "pass',
      'failed to read .env: line 3: unterminated quoted value [redacted]',
    ],
    [
      `line 1: unexpected character "'" in variable name "'word'"`,
      `line 1: unexpected character "'" in variable name [redacted]`,
    ],
    ['Invalid template: "${pw"', 'Invalid template: [redacted]'],
  ])('must blank the piece of .env that Compose quotes: %s', (text, expected) => {
    expect(createRedact([])(text)).toBe(expected);
  });
});
