import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runToEnd } from '../support/fake-world.ts';
import { tempFolder, tempProject } from '../support/temp-project.ts';

/** Files that no one would want in a repository: made here, each with the first line that answers it. */
const FILES: Readonly<Record<string, readonly [make: () => string | Buffer, answer: RegExp]>> = {
  'an executable': [
    () => Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0x0a, 0x00]),
    /^ecar-pool\.yaml:2: error: this line is no text: it holds a NUL byte$/,
  ],
  'a NUL in the third line': [
    () => 'name: ecar\n\nnetwork: a\0b\n',
    /^ecar-pool\.yaml:3: error: .* a NUL byte$/,
  ],
  'Latin-1': [
    () => Buffer.from('name: ecar\n# f\xfcr die App\n', 'latin1'),
    /^ecar-pool\.yaml:2: error: .* bytes that are not UTF-8$/,
  ],
  'half a character at the end': [
    () => Buffer.from([0x61, 0xc3]),
    /^ecar-pool\.yaml:1: error: .* not UTF-8$/,
  ],
  'a real replacement character before a broken one': [
    () => Buffer.concat([Buffer.from('# \uFFFD\n'), Buffer.from([0xff])]),
    /^ecar-pool\.yaml:2: error: .* not UTF-8$/,
  ],
  'UTF-16': [
    () => Buffer.from('\uFEFFname: ecar\n', 'utf16le'),
    /^ecar-pool\.yaml: error: the file is UTF-16$/,
  ],
  'UTF-16, big-endian': [
    () => Buffer.from('\uFEFFname: ecar\n', 'utf16le').swap16(),
    /^ecar-pool\.yaml: error: the file is UTF-16$/,
  ],
  '50 MB': [() => Buffer.alloc(50e6, 'a: b\n'), /^ecar-pool\.yaml: error: the file is larger than 8 MiB$/],
  '10,000 open brackets': [
    () => `a: ${'['.repeat(10_000)}`,
    /: error: brackets or lists are nested too deeply$/,
  ],
  '10,000 lists in lists': [
    () => `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    /: error: brackets or lists are nested too deeply$/,
  ],
  '10,000 maps in maps': [
    () => `${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}`,
    /: error: brackets or lists are nested too deeply$/,
  ],
  '10,000 dashes': [
    () => `a:\n  ${'- '.repeat(10_000)}x`,
    /: error: brackets or lists are nested too deeply$/,
  ],
  '10,000 keys that are maps': [() => `${'? '.repeat(10_000)}x`, /: error: /],
  '100 levels': [
    () => `name: ${'['.repeat(100)}${']'.repeat(100)}\n`,
    /^ecar-pool\.yaml:1:71: error: this is nested deeper than 64 levels$/m,
  ],
  'an alias bomb of 10^30 values': [
    () => `a0: &a0 [x]\n${bomb(30, (n) => `a${n}: &a${n} [${`*a${n - 1}, `.repeat(10)}]`)}`,
    /: error: aliases repeat more than 100,000 values$/m,
  ],
  'a bomb of merges': [
    () => `a0: &a0 { x: 1 }\n${bomb(60, (n) => `a${n}: &a${n} { <<: [*a${n - 1}, *a${n - 1}] }`)}`,
    /: error: aliases repeat more than 100,000 values$/m,
  ],
  'a key of a megabyte': [() => `${'k'.repeat(1e6)}: 5\n`, /: error: .*1024 characters$/m],
  'a line of a megabyte': [
    () => `name: ${'n'.repeat(1e6)}\n`,
    /must be at most 63 characters long, got "n{56}…$/m,
  ],
  'a megabyte of quotes': [() => 'a: "'.repeat(250_000), /: error: /],
  'a megabyte of colons': [() => `${'password:'.repeat(100_000)}\n`, /: error: /],
  'old Macintosh line ends': [() => 'name: ecar\rdatabases: {}\r', /: error: /],
  'a directive for YAML 1.1': [
    () => '%YAML 1.1\n---\nname: yes\n',
    /: error: `name` must be text, got yes$/m,
  ],
  'a directive that nobody knows': [() => '%FOO bar\n---\nname: [\n', /: error: /],
};

function bomb(levels: number, line: (level: number) => string): string {
  return Array.from({ length: levels }, (_, index) => line(index + 1)).join('\n');
}

it.each(Object.entries(FILES))('%s must be refused in words, and soon', async (_, [make, answer]) => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'ecar-pool.yaml'), make());
  const started = performance.now();
  const { exitCode, out, err } = await runToEnd(['render', '--env', 'prod'], { cwd: folder });
  expect(err).not.toMatch(/^\s+at |undefined|Maximum call stack/m);
  expect(
    err.split('\n').some((line) => answer.test(line)),
    err.slice(0, 2000),
  ).toBe(true);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err.length).toBeLessThan(40_000);
  expect(performance.now() - started).toBeLessThan(10_000);
});

it.each(['ecar-pool.yaml', '.env.prod', 'secret'])('%s that cannot be read must exit 3', async (name) => {
  const folder = name === 'secret' ? tempProject(SECRET_IN_A_FILE) : tempProject();
  const { unlinkSync, existsSync } = await import('node:fs');
  if (existsSync(join(folder, name))) unlinkSync(join(folder, name));
  symlinkSync(name, join(folder, name));
  const { exitCode, err } = await runToEnd(['render', '--env', 'prod'], { cwd: folder });
  expect(err).toBe(`error: ${name} cannot be read (ELOOP)\n  fix: look at it: ls -l ${name}\n`);
  expect(exitCode).toBe(3);
});

const SECRET_IN_A_FILE = `name: ecar
postgres: { host: db.example.com }
databases: { ecar_db: { users: [ecar_user] } }
users: { ecar_user: { password: { file: secret } }, admin: { password: { file: secret }, role: admin } }
environments: { prod: {} }
`;

const { getuid, seteuid } = process;
it.skipIf(getuid === undefined || seteuid === undefined)('a file of another user must exit 3', async () => {
  const folder = tempProject();
  const { chmodSync, chownSync } = await import('node:fs');
  chmodSync(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(join(folder, '.env.prod'), 0, 0);
  else chmodSync(join(folder, '.env.prod'), 0);
  // The modules must be there before the user changes.
  await runToEnd(['render', '--env', 'dev', '--check'], { cwd: folder });
  if (isRoot) process.seteuid?.(65_534);
  const result = await runToEnd(['render', '--env', 'prod'], { cwd: folder }).finally(() => {
    if (isRoot) process.seteuid?.(0);
  });
  expect(result).toEqual({
    exitCode: 3,
    out: '',
    err: 'error: .env.prod may not be read by this user\n  fix: check its owner and mode: ls -l .env.prod\n',
  });
});

it.skipIf(process.platform === 'win32')('a device without end must be refused', async () => {
  const { exitCode, err } = await runToEnd(['render', '--config', '/dev/zero'], { cwd: tempFolder() });
  expect(err).toMatch(/error: the file is larger than 8 MiB/);
  expect(exitCode).toBe(2);
});
