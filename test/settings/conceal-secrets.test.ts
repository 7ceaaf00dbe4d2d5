import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concealSecrets } from '../../src/settings/conceal-secrets.ts';
import { runToEnd } from '../support/fake-world.ts';
import { tempProject } from '../support/temp-project.ts';

/** What may be shown of each line. */
function shown(text: string): string {
  const lines = text.split('\n');
  const secrets = concealSecrets(lines);
  return lines
    .map((line, index) => (secrets[index] === undefined ? line : `${line.slice(0, secrets[index])}…`))
    .join('\n');
}

describe('what may be shown', () => {
  it.each([
    ['password: hunter2', 'password: …'],
    ['password: hunter2 # note', 'password: …'],
    ['"password": hunter2', '"password": …'],
    ['password : hunter2', 'password : …'],
    ['DB_PASSWORD: hunter2', 'DB_PASSWORD: …'],
    ['passwort: hunter2', 'passwort: …'],
    ['api_key: hunter2', 'api_key: …'],
    ['{ a: 1, password: hunter2, b: 2 }', '{ a: 1, password: …'],
    [
      '{ password: { env: X }, other: { password: hunter2 } }',
      '{ password: { env: X }, other: { password: …',
    ],
    ['password: { env: hunter2! }', 'password: …'],
    ['password: *hunter2', 'password: …'],
    ['password: |\n  hunter2\n  hunter2\nnext: 1', 'password: …\n  …\n  …\nnext: 1'],
    ['password:\n  hunter2', 'password:\n  …'],
    ['- password: hunter2', '- password: …'],
    ['users:\n  me: hunter2', 'users:\n  me: …'],
    ['users: { me: hunter2 }', 'users: { me: …'],
    ['users:\n  me: { pasword: hunter2, role: admin }', 'users:\n  me: { pasword: …'],
    ['users:\n  me:\n    pw: hunter2', 'users:\n  me:\n    pw: …'],
    ['password: #hunter2', 'password: …'],
    ['password:hunter2', 'password:…'],
    ['password = hunter2', 'password = …'],
    ['{ password hunter2 }', '{ password …'],
    ["password:\n'hunter2'", 'password:\n…'],
    ['users:\n  me: hunter2: x', 'users:\n  me: …'],
    ['environments: { a: { users: { me: hunter2 } }, b: {} }', 'environments: { a: { users: { me: …'],
    ['url: postgres://me:hunter2@db/x', 'url: postgres://me:…'],
  ])('%j must be %j', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    'password: { env: DB_PASSWORD }',
    'password: { file: /run/secrets/db }',
    'password: { env: "DB_PASSWORD" } # from the vault',
    'password: { env: DB_PASSWORD, file: x }',
    'password:\n  env: DB_PASSWORD\n  file: secrets/db',
    'password:',
    'password: null',
    'databases:\n  a: { users: [me, you] }',
    'databases:\n  a:\n    users:\n      - me',
    'users:\n  me: { role: admin, pool_mode: session, max_user_connections: 5 }',
    'settings: { password_encryption: md5 }',
    'environments: { a: { users: { me: { role: admin } }, name: x } }',
    'databases: { a: { users: [me, you] } }',
    '# password: hunter2',
    'image: example.com:5000/a/b:1.2',
  ])('%j must be all of it', (text) => {
    expect(shown(text)).toBe(text);
  });

  it('a long line must not take long', () => {
    for (const piece of ['password', 'password:', 'a', '://', '{ env: ', '"', ' : ']) {
      const started = performance.now();
      shown(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - started, piece).toBeLessThan(2_000);
    }
  });
});

/** Ways in which people write a password into the settings. */
const WAYS = [
  'users: { ecar_user: { password: hunter2 } }',
  'users:\n  ecar_user: { password: "hunter2" }',
  "users:\n  ecar_user:\n    password: 'hunter2'",
  'users:\n  ecar_user: hunter2',
  'users:\n  ecar_user:\n    password: >\n      hunter2',
  'users:\n  ecar_user: { password: { value: hunter2 } }',
  'users:\n  ecar_user: { password: [hunter2] }',
  'users:\n  ecar_user: { pwd: hunter2 }',
  'postgres: { image: postgres:17, password: hunter2 }',
  'postgres: { image: postgres:17, password:hunter2 }',
  'postgres: { image: postgres:17, password hunter2 }',
  'postgres: { image: postgres:17, password: #hunter2 }',
  'users: { ecar_user: { password:hunter2 } }',
  'users:\n  ecar_user:\n    password:hunter2',
  'postgres:\n  password: @hunter2',
  'app: { environment: { SECRET_KEY: [hunter2] } }',
  'app: { environment: { DATABASE_URL: [postgres://u:hunter2@h/d] } }',
];

it('a password must not be shown, whatever else is wrong with the file', async () => {
  const noise = fc.constantFrom(
    '',
    '\n',
    ' ',
    ':',
    ': ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '\t',
    '- ',
    '*',
    '&',
    '!',
    '#',
    ',',
    '%',
    '\\',
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...WAYS), noise, noise, noise, async (way, before, behind, end) => {
      const text = `${before}name: ecar\n${way.replace('hunter2', `hunter2${behind}`)}\n${end}port: 5\n${end}`;
      const { out, err } = await runToEnd(['config', '--env', 'prod'], { cwd: tempProject(text) });
      expect(out + err).not.toContain('hunter2');
    }),
    { numRuns: 1000 },
  );
});
