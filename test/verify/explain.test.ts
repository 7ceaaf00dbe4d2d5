import { describe, expect, it } from 'vitest';
import { quote, sayOutcome } from '../../src/verify/explain.ts';
import { failed } from './support.ts';

const asIs = (text: string) => text;
const sayAndQuote = (said: string) => quote(sayOutcome({ code: 2, said, ms: 1 }), asIs);

describe('what psql said', () => {
  it.each([
    [failed('FATAL:  no such database: x').said, 'FATAL: no such database: x'],
    ['psql: error: connection to server at "db" (172.18.0.2), port 5432 failed: FATAL:  x', 'FATAL: x'],
    [
      'psql: error: connection to server at "127.0.0.1", port 6432 failed: server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.',
      'server closed the connection unexpectedly',
    ],
    [
      'psql: error: connection to server at "127.0.0.1", port 6432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?',
      'Connection refused',
    ],
    [
      'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\nconnection to server was lost',
      'server closed the connection unexpectedly; connection to server was lost',
    ],
  ])('must lose what libpq always says: %j', (said, shown) => {
    expect(sayAndQuote(said)).toBe(shown);
  });
});

describe('quote', () => {
  it('must cut between words, and a word only where it is alone', () => {
    const cut = quote('seven77 '.repeat(40), asIs);
    expect(cut).toMatch(/^(?:seven77 )+…$/);
    expect(cut.length).toBeGreaterThan(180);
    expect(cut.length).toBeLessThanOrEqual(200);
    expect(quote('x'.repeat(300), asIs)).toBe(`${'x'.repeat(198)} …`);
  });

  it('must leave no half of a secret where it cuts', () => {
    const secret = 'in the way';
    const text = `${'word '.repeat(38)}${secret} and more words`;
    expect(quote(text, (words) => words.replaceAll(secret, '[redacted]'))).not.toMatch(/in|way/);
  });
});
