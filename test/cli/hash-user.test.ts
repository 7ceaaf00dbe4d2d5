import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashMd5 } from '../../src/credentials/md5.ts';
import { runToEnd, start } from '../support/fake-world.ts';

const PASSWORD = 'hunter2 "✓"';
const MD5 = hashMd5('bob', PASSWORD);
const LINE = `"bob" "${MD5}"\n`;
const SQL = `ALTER ROLE "bob" PASSWORD '${MD5}';\n`;
const env = { SECRET: PASSWORD };
const fromEnv = ['hash-user', 'bob', '--password-env', 'SECRET'];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecar-pool-hash-user-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('one user', () => {
  test.each([
    ['', PASSWORD],
    ['one newline', `${PASSWORD}\n`],
    ['CRLF', `${PASSWORD}\r\n`],
  ])('takes the password from stdin without the last line end: %s', async (_, input) => {
    expect(await runToEnd(['hash-user', 'bob', '--password-stdin'], { input })).toEqual({
      exitCode: 0,
      out: LINE,
      err: '',
    });
  });

  test('spaces around a password on stdin belong to it', async () => {
    const { out } = await runToEnd(['hash-user', 'bob', '--password-stdin'], { input: ' x \n' });
    expect(out).toBe(`"bob" "${hashMd5('bob', ' x ')}"\n`);
  });

  test('takes the password from the environment', async () => {
    expect(await runToEnd(fromEnv, { env })).toEqual({ exitCode: 0, out: LINE, err: '' });
  });

  test('--sql adds the statement', async () => {
    expect((await runToEnd([...fromEnv, '--sql'], { env })).out).toBe(LINE + SQL);
  });

  test('--json gives the same as an object', async () => {
    const { out } = await runToEnd([...fromEnv, '--sql', '--json'], { env });
    const user = { user: 'bob', secret: MD5, line: LINE.trim(), sql: SQL.trim() };
    expect(JSON.parse(out)).toEqual({ schemaVersion: 1, users: [user] });
  });

  test('SCRAM has the rounds that were asked for, and the statement the same secret', async () => {
    const argv = [...fromEnv, '--method', 'scram-sha-256', '--iterations', '5000', '--sql'];
    const [line = '', sql] = (await runToEnd(argv, { env })).out.split('\n');
    const [, secret] = /^"bob" "(SCRAM-SHA-256\$5000:[^"]+)"$/.exec(line) ?? [];
    expect(sql).toBe(`ALTER ROLE "bob" PASSWORD '${secret}';`);
  });

  test('names are quoted for userlist.txt and for SQL', async () => {
    const { out } = await runToEnd(['hash-user', `o'ne"il x`, '--password-env', 'SECRET', '--sql'], { env });
    expect(out).toMatch(/^"o'ne""il x" "md5.{32}"\nALTER ROLE "o'ne""il x" PASSWORD 'md5.{32}';\n$/);
  });
});

describe('wrong usage', () => {
  test.each([
    ['a password as argument', ['bob', PASSWORD], 'does not go onto the command line'],
    ['a password as option', ['bob', `--password=${PASSWORD}`], 'does not go onto the command line'],
    ['a password as short option', ['bob', '-p', PASSWORD], 'does not go onto the command line'],
    ['no name', [], 'name of the user is missing'],
    ['no source and no terminal', ['bob'], 'no terminal'],
    ['two sources', ['bob', '--password-stdin', '--password-env', 'SECRET'], 'exclude each other'],
    ['a name and --bulk', ['bob', '--bulk', 'x'], 'takes the names from its file'],
    ['an unset variable', ['bob', '--password-env', 'NOT_SET'], 'NOT_SET is not set'],
    ['an unknown method', ['bob', '--password-env', 'SECRET', '--method', 'sha1'], 'Allowed choices are md5'],
    ['rounds for md5', ['bob', '--password-env', 'SECRET', '--iterations', '5000'], 'md5 has no iterations'],
    [
      'few rounds',
      ['bob', '--password-env', 'SECRET', '-m', 'scram-sha-256', '--iterations', '4095'],
      'from 4096 to',
    ],
    [
      'many rounds',
      ['bob', '--password-env', 'SECRET', '-m', 'scram-sha-256', '--iterations', '100001'],
      'to 100000',
    ],
    [
      'odd rounds',
      ['bob', '--password-env', 'SECRET', '-m', 'scram-sha-256', '--iterations', '5e3'],
      'whole number',
    ],
    ['a name that is too long', ['b'.repeat(64), '--password-env', 'SECRET'], 'longer than 63 bytes'],
    ['a name of two lines', ['b\nb', '--password-env', 'SECRET'], 'control character'],
  ])('%s ends with 2', async (_, argv, message) => {
    const { exitCode, out, err } = await runToEnd(['hash-user', ...argv], { env });
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).not.toContain('hunter2');
  });

  test.each([
    ['empty', '', 'is empty'],
    ['of two lines', 'hunter2\nhunter2\n', 'line break'],
    ['with NUL', 'hunter2\0', 'NUL'],
    ['an md5 hash', `md5${'a'.repeat(32)}`, 'stored secret'],
    ['a SCRAM verifier', 'SCRAM-SHA-256$4096:aa$bb:cc', 'stored secret'],
    ['not UTF-8', Buffer.from('hunter2\xfc', 'latin1'), 'not UTF-8'],
  ])('a password that is %s ends with 2 and is not shown', async (_, input, message) => {
    const { exitCode, out, err } = await runToEnd(['hash-user', 'bob', '--password-stdin'], { input });
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).not.toMatch(/hunter2|aaaa|aa\$bb/);
  });

  test.each([['--password-stdin'], ['--bulk=-']])(
    '%s does not read a password from a terminal that shows it',
    async (option) => {
      const name = option === '--password-stdin' ? ['bob'] : [];
      const { exitCode, err } = start(['hash-user', ...name, option], { terminal: true });
      expect(await exitCode).toBe(2);
      expect(err()).toContain('stdin is a terminal');
    },
  );

  test('an interrupt ends the wait for stdin', async () => {
    const { exitCode, interrupt } = start(['hash-user', 'bob', '--password-stdin']);
    setTimeout(interrupt, 50);
    expect(await exitCode).toBe(130);
  });
});

describe('many users', () => {
  const CSV = 'user,password\nbob,"hunter2 ""✓"""\nal,x y\n';
  const AL = `"al" "${hashMd5('al', 'x y')}"\n`;

  test('come out in the order of the file', async () => {
    await writeFile(join(folder, 'users.csv'), CSV);
    const result = await runToEnd(['hash-user', '--bulk', 'users.csv'], { cwd: folder });
    expect(result).toEqual({ exitCode: 0, out: LINE + AL, err: '' });
  });

  test('come from stdin', async () => {
    expect((await runToEnd(['hash-user', '--bulk', '-'], { input: CSV })).out).toBe(LINE + AL);
  });

  test('--json is the object that one user gives, in one piece however many there are', async () => {
    const count = 3000;
    const input = Array.from({ length: count }, (_, i) =>
      JSON.stringify({ user: `u${i}`, password: 'x' }),
    ).join('\n');
    const { out } = await runToEnd(['hash-user', '--bulk', '-', '--json', '--sql'], { input });
    const { schemaVersion, users } = JSON.parse(out);
    expect(schemaVersion).toBe(1);
    expect(users).toHaveLength(count);
    const secret = hashMd5('u2999', 'x');
    const sql = `ALTER ROLE "u2999" PASSWORD '${secret}';`;
    expect(users.at(-1)).toEqual({ user: 'u2999', secret, line: `"u2999" "${secret}"`, sql });
  });

  test('nothing is printed or written where anything is wrong, and everything wrong is told', async () => {
    await writeFile(join(folder, 'broken.csv'), 'user,password\nbob,hunter2\nal,\nbob,hunter2\nhunter2\n');
    await writeFile(join(folder, 'kept.txt'), LINE);
    const argv = ['hash-user', '--bulk', 'broken.csv', '--write', 'kept.txt'];
    const { exitCode, out, err } = await runToEnd(argv, { cwd: folder });
    expect([exitCode, out]).toEqual([2, '']);
    expect(err.match(/broken\.csv:\d+/g)).toEqual(['broken.csv:3', 'broken.csv:4', 'broken.csv:5']);
    expect(err).toContain('3 problems in broken.csv');
    expect(err).not.toContain('hunter2');
    expect(await readFile(join(folder, 'kept.txt'), 'utf8')).toBe(LINE);
  });

  test('a file that is not there ends with 3', async () => {
    const { exitCode, err } = await runToEnd(['hash-user', '--bulk', 'no.csv'], { cwd: folder });
    expect(exitCode).toBe(3);
    expect(err).toContain('cannot read no.csv: there is no such file');
  });
});

describe('--write', () => {
  test('into a rendered file says that it will not last', async () => {
    await writeFile(
      join(folder, 'list.txt'),
      '; Rendered by ecar-pool for the environment dev.\n"bob" "old"\n',
    );
    const argv = ['hash-user', 'bob', '--password-stdin', '--write', 'list.txt'];
    const { exitCode, err } = await runToEnd(argv, { cwd: folder, input: 'new' });
    expect(exitCode).toBe(0);
    expect(err).toContain(
      'list.txt is rendered: the next `ecar-pool render` puts back what the settings say',
    );
  });

  test('sets the line and prints nothing but --sql', async () => {
    await writeFile(join(folder, 'list.txt'), '"al" "x"\r\n"bob" "old"\r\n');
    const { out, err } = await runToEnd([...fromEnv, '--write', 'list.txt', '--sql'], { cwd: folder, env });
    expect(out).toBe(SQL);
    expect(err).toContain('1 user set in list.txt');
    expect(await readFile(join(folder, 'list.txt'), 'utf8')).toBe(`"al" "x"\r\n${LINE.trim()}\r\n`);
  });

  test('says so where nothing changes', async () => {
    await writeFile(join(folder, 'same.txt'), LINE);
    const { exitCode, err } = await runToEnd([...fromEnv, '--write', 'same.txt'], { cwd: folder, env });
    expect(exitCode).toBe(0);
    expect(err).toContain('nothing was written');
  });

  test('prints no statement for a file that could not be written', async () => {
    const result = await runToEnd([...fromEnv, '--write', 'no/list.txt', '--sql'], { cwd: folder, env });
    expect([result.exitCode, result.out]).toEqual([3, '']);
  });
});
