import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findNamedFiles } from '../../src/cli/find-named-file.ts';
import { tempFolder } from '../support/temp-project.ts';

/** Finds a path that is named in `conf/`, among files in a folder; `/` in front stands for that folder. */
async function find(path: string, files: Readonly<Record<string, string>>) {
  const cwd = tempFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  const seen: string[] = [];
  const look = findNamedFiles({ cwd, signal: new AbortController().signal }, (name) => seen.push(name));
  const found = await look(path.replace(/^\//, `${cwd}/`), join(cwd, 'conf'));
  return { name: found?.name, seen };
}

describe('a file that a configuration names', () => {
  it.each([
    ['/etc/users.txt', { 'etc/users.txt': 'a' }, 'etc/users.txt'],
    ['users.txt', { 'users.txt': 'a' }, 'users.txt'],
    ['users.txt', { 'conf/users.txt': 'a' }, 'conf/users.txt'],
    ['/etc/pgbouncer/users.txt', { 'conf/users.txt': 'a' }, 'conf/users.txt'],
    ['/etc/pgbouncer/conf.d/x.ini', { 'conf/conf.d/x.ini': 'a', 'y.ini': 'b' }, 'conf/conf.d/x.ini'],
    ['/etc/users.txt', { 'etc/users.txt': 'a', 'conf/users.txt': 'a' }, 'etc/users.txt'],
  ])('%s must be found among %j', async (path, files, expected) => {
    expect(await find(path, files)).toEqual({ name: expected, seen: [expected] });
  });

  it('must be undefined where there is none', async () => {
    expect(await find('/etc/users.txt', { 'etc/other.txt': 'a' })).toEqual({ name: undefined, seen: [] });
  });

  it('must be refused where it could be either of two that differ', async () => {
    const files = { 'etc/users.txt': 'a', 'conf/users.txt': 'b' };
    await expect(find('/etc/users.txt', files)).rejects.toMatchObject({
      problems: [{ code: 'ambiguous', message: expect.stringContaining('conf/users.txt') }],
    });
  });
});
