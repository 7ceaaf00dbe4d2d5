import { describe, expect, it } from 'vitest';
import { matchCause } from '../../src/verify/causes.ts';
import { checkRolledBack } from '../../src/verify/checks/rolled-back.ts';
import { explain, quote, sayOutcome } from '../../src/verify/explain.ts';
import { failed, rowOf, STACK, scene } from './support.ts';

const asIs = (text: string) => text;
const sayAndQuote = (said: string) => quote(sayOutcome({ code: 2, said, ms: 1 }), asIs);

describe('a fix', () => {
  const hintOf = (words: string, subject = {}, user?: string) =>
    explain(matchCause(words), scene({ subject }), user).hint;
  const DEPLOY = { renderCommand: 'ecar-pool deploy --env prod', isApplied: true };
  const UP = 'docker compose -f stack/prod/docker-compose.yml';

  it.each([
    ['no such database: x', 'run ecar-pool deploy --env prod'],
    ['no such user: x', 'run ecar-pool deploy --env prod'],
    ['SASL authentication failed', 'run ecar-pool deploy --env prod'],
    ['cannot load config file', `run ecar-pool deploy --env prod, then ${UP} restart pgbouncer`],
  ])('must not name what a deploy does by itself: %s', (words, hint) => {
    const labels = { configHashes: new Map([['pgbouncer', 'hash of pgbouncer']]) };
    expect(hintOf(words, { ...DEPLOY, ...labels })).toBe(hint);
  });

  it('must name what a render leaves to do', () => {
    expect(hintOf('no such database: x')).toBe(
      `run ecar-pool render --env prod, then ${UP} kill -s HUP pgbouncer`,
    );
  });

  it.each([
    [{}, 'run ecar-pool render --env prod, and the commands that it names; or'],
    [DEPLOY, 'run ecar-pool deploy --env prod; or'],
  ])('must be a sentence where the settings have the hash of a role that others run', (subject, apply) => {
    const users = STACK.users.map((user) => ({ ...user, password: undefined }));
    const postgres = { kind: 'external' as const, host: 'db.example.com', port: 5432 };
    const words = 'cannot do SCRAM authentication: wrong password type';
    const hint = hintOf(words, { ...subject, stack: { ...STACK, users, postgres } }, 'ecar_user');
    expect(hint).toBe(
      'set pgbouncer.auth_type: scram-sha-256, and the password itself where the settings hold a hash of it; ' +
        `then ${apply}, where pg_hba.conf says md5, store the role's password as md5: ` +
        `ALTER ROLE "ecar_user" PASSWORD '…' as a superuser there, with the hash or verifier of the settings`,
    );
  });

  it('must not speak of a failure after a rollback, which may have been wanted', () => {
    const deployCommand = 'ecar-pool deploy --env prod';
    const kept = { time: '2026-11-23T12-00-00Z', ahead: ['pgbouncer/pgbouncer.ini'], deployCommand };
    expect(rowOf(checkRolledBack, { subject: { kept } })).toMatchObject({
      status: 'warn',
      hint: `see what they would change with ${deployCommand} --dry-run; once that is what you want, run ${deployCommand}`,
    });
  });
});

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
