import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFile } from '../../src/plan/find-file.ts';
import { replaceFile } from '../../src/plan/put-file.ts';
import { updateUserlist } from '../../src/plan/update-userlist.ts';
import { EnvironmentError, SettingsError } from '../../src/problems/errors.ts';

const BOB = { user: 'bob', secret: 'md5…' };
const LINE = '"bob" "md5…"\n';
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecar-pool-userlist-'));
  file = join(folder, 'userlist.txt');
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test('a new file is for its owner alone', async () => {
  expect(await updateUserlist(folder, 'userlist.txt', [BOB])).toMatchObject({
    outcome: 'written',
    isRendered: false,
  });
  expect(await readFile(file, 'utf8')).toBe(LINE);
  expect(await modeOf(file)).toBe('600');
  expect(await readdir(folder)).toEqual(['userlist.txt']);
});

test('mode and the lines of others stay, and the inode is new', async () => {
  await writeFile(file, '; mine\r\n"al" "x"\r\n"bob" "old"\r\n');
  await chmod(file, 0o644);
  const { ino } = await stat(file);
  await updateUserlist(folder, file, [BOB]);
  expect(await readFile(file, 'utf8')).toBe('; mine\r\n"al" "x"\r\n"bob" "md5…"\r\n');
  expect(await modeOf(file)).toBe('644');
  expect((await stat(file)).ino).not.toBe(ino);
});

test.runIf(process.getuid?.() === 0)('the owner stays', async () => {
  await writeFile(file, '');
  await chown(file, 12345, 23456);
  await updateUserlist(folder, file, [BOB]);
  expect(await stat(file)).toMatchObject({ uid: 12345, gid: 23456 });
});

test('what is there already is not written again', async () => {
  await writeFile(file, LINE);
  const { ino, mtimeMs } = await stat(file);
  expect(await updateUserlist(folder, file, [BOB])).toMatchObject({ outcome: 'unchanged' });
  expect(await stat(file)).toMatchObject({ ino, mtimeMs });
});

test('a symlink stays one and its target changes', async () => {
  await mkdir(join(folder, 'real'));
  await writeFile(join(folder, 'real', 'list'), '"al" "x"\n');
  await symlink('real/list', file);
  await updateUserlist(folder, file, [BOB]);
  expect((await lstat(file)).isSymbolicLink()).toBe(true);
  expect(await readFile(join(folder, 'real', 'list'), 'utf8')).toBe(`"al" "x"\n${LINE}`);
});

test('a symlink to a file that is not there yet makes that file', async () => {
  await mkdir(join(folder, 'real'));
  await symlink('real/list', file);
  await updateUserlist(folder, file, [BOB]);
  expect(await readFile(join(folder, 'real', 'list'), 'utf8')).toBe(LINE);
});

test('a failure leaves the old file and nothing else', async () => {
  await writeFile(file, 'old');
  const found = await findFile(file);
  // A folder that is not empty cannot be renamed over: the last step fails.
  await rm(file);
  await mkdir(join(file, 'in the way'), { recursive: true });
  await expect(replaceFile(found, Buffer.from('new'))).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['userlist.txt']);
  expect(await readdir(file)).toEqual(['in the way']);
});

test.each([
  ['a folder', async () => void (await mkdir(file)), /no regular file/],
  ['a symlink into a folder that is not there', () => symlink('no/list', file), /no such file or folder/],
  ['a circle of symlinks', async () => void (await symlink(file, file)), /circle/],
])('%s is an error of the environment', async (_, prepare, message) => {
  await prepare();
  const updated = updateUserlist(folder, file, [BOB]);
  await expect(updated).rejects.toThrow(EnvironmentError);
  await expect(updated).rejects.toThrow(message);
});

test.each([
  ['broken', Buffer.from('"al" "x"\n# no comment\n'), { line: 2 }],
  ['Latin-1', Buffer.from('"al" "\xfc"\n', 'latin1'), {}],
])('a userlist that is %s is left as it is', async (_, bytes, place) => {
  await writeFile(file, bytes);
  const error = await updateUserlist(folder, file, [BOB]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SettingsError);
  expect((error as SettingsError).problems[0]?.at).toMatchObject({ file, ...place });
  expect(await readFile(file)).toEqual(bytes);
});
