import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runToEnd } from '../support/fake-world.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const USER = `o'ne"il $1 \\é`;

const PASSWORDS = [
  ...[
    'plain',
    "quo'te",
    'dou"ble',
    '$1 $HOME {x} $$',
    'a#b;c',
    'back\\slash\\',
    ' spaces ',
    'tab\there',
    "'';--",
  ],
  ...['Ⅸ', 'I\u00adX', 'ª', 'a\u00a0b', 'e\u0301', 'x'.repeat(500), '한국어', 'ﬁ', '\u212b'],
  // Right-to-left alone, and mixed so that the preparation fails and the raw password counts.
  ...['\u05d0\u05d1', '\u0627a', '\u05d01\u05d0'],
  // Beyond Unicode 3.2, prohibited, or left out altogether.
  ...['😀', 'a\u200bb', 'é\ue000', '\ufffd', '⅐', '\u0340', '\u0378', '\u00ad', '\x01é', '\x7f'],
];

/**
 * node-postgres prepares passwords by itself, but normalises those too that Postgres takes raw: with these it
 * fails against Postgres's own verifiers just as well.
 */
const BEYOND_NODE_POSTGRES = ['⅐', '\u0340', '\u00ad'];

async function hash(password: string, method: string): Promise<string> {
  const argv = ['hash-user', USER, '--password-stdin', '--method', method, '--sql'];
  const { out } = await runToEnd(argv, { input: password });
  const sql = out.trimEnd().split('\n').at(-1) ?? '';
  expect(sql).toMatch(/^ALTER ROLE /);
  return sql;
}

async function setPassword(sql: string): Promise<void> {
  await postgres.admin.query(`DROP ROLE IF EXISTS "o'ne""il $1 \\é"; CREATE ROLE "o'ne""il $1 \\é" LOGIN`);
  await postgres.admin.query(sql);
}

describe.each(PASSWORDS.map((password) => [password]))('the password %j', (password) => {
  const isSecretWrong = expect.objectContaining({ code: '28P01' });

  test('logs in to an md5 role', async () => {
    await setPassword(await hash(password, 'md5'));
    await postgres.logIn('md5', USER, password);
    await postgres.logIn('password', USER, password);
    await expect(postgres.logIn('md5', USER, `${password}x`)).rejects.toEqual(isSecretWrong);
    await expect(postgres.logIn('scram-sha-256', USER, password)).rejects.toEqual(isSecretWrong);
  });

  test('logs in to a SCRAM role', async () => {
    await setPassword(await hash(password, 'scram-sha-256'));
    // Postgres prepares the password itself here, so this says that its SASLprep and ours agree.
    await postgres.logIn('password', USER, password);
    await expect(postgres.logIn('password', USER, `${password}x`)).rejects.toEqual(isSecretWrong);
    await expect(postgres.logIn('scram-sha-256', USER, `${password}x`)).rejects.toEqual(isSecretWrong);
    if (BEYOND_NODE_POSTGRES.includes(password)) return;
    await postgres.logIn('scram-sha-256', USER, password);
    await postgres.logIn('md5', USER, password);
  });
});

test('a stored secret is kept by Postgres as it is', async () => {
  for (const method of ['md5', 'scram-sha-256']) {
    const sql = await hash('hunter2', method);
    await setPassword(sql);
    const { rows } = await postgres.admin.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [
      USER,
    ]);
    expect(sql).toContain(`'${rows[0].rolpassword}'`);
  }
});

test('names that need Unicode escapes reach Postgres whole', async () => {
  const { alterRoleSql } = await import('../../src/credentials/alter-role.ts');
  const name = 'two\nlines \\ and "more"';
  await postgres.admin.query(`CREATE ROLE "${name.replaceAll('"', '""')}"`);
  await postgres.admin.query(alterRoleSql(name, `md5${'0'.repeat(32)}`));
  const { rows } = await postgres.admin.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [name]);
  expect(rows[0].rolpassword).toBe(`md5${'0'.repeat(32)}`);
});
