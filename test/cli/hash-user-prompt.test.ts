import { expect, test } from 'vitest';
import { hashMd5 } from '../../src/credentials/md5.ts';
import { start } from '../support/fake-world.ts';

const FIRST = 'Password for bob: ';
const SECOND = 'The same again: ';
const ask = () => start(['hash-user', 'bob'], { terminal: true });
const lineOf = (password: string) => `"bob" "${hashMd5('bob', password)}"\n`;

test('asks twice on stderr, shows nothing and puts the terminal back', async () => {
  const run = ask();
  await run.question(FIRST);
  expect(run.stdin.modes).toEqual([true]);
  run.stdin.write('hunter2\r');
  await run.question(SECOND);
  run.stdin.write('hunter2\r');
  expect(await run.exitCode).toBe(0);
  expect(run.stdin.modes).toEqual([true, false]);
  expect(run.out()).toBe(lineOf('hunter2'));
  expect(run.err()).toBe(`${FIRST}\n${SECOND}\n`);
});

test.each([
  ['typed ahead', ['hunter2\rhunter2\r']],
  ['Enter as CR and LF', ['hunter2\r\nhunter2\r\n']],
  ['one byte at a time', [...Buffer.from('pä✓😀\rpä✓😀\r')].map((byte) => Buffer.of(byte))],
  ['Backspace and Ctrl-U', ['wrong\x15pä😀\x7f\bä✓\rpä✓\r']],
  ['a tab is refused, then typed right', ['x\ty\r', 'x\rx\r']],
  ['an arrow key is refused, then typed right', ['x\x1b[D\r', 'x\rx\r']],
  ['two that differ, then typed right', ['x\ry\r', 'x\rx\r']],
  ['an empty one, then typed right', ['\r', 'x\rx\r']],
])('%s', async (_, chunks) => {
  const run = ask();
  await run.question(FIRST);
  for (const chunk of chunks) run.stdin.write(chunk);
  expect(await run.exitCode).toBe(0);
  const typed = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string))).toString('utf8');
  const password =
    typed
      .trimEnd()
      .split(/[\r\n]+/)
      .at(-1) ?? '';
  expect(run.out()).toBe(lineOf(password));
  expect(run.err()).not.toContain(password === 'x' ? 'xx' : password);
});

test.each([
  ['Ctrl-C', '\x03', 130],
  ['Ctrl-C within the password', 'hunt\x03', 130],
  ['Ctrl-D', '\x04', 2],
  ['bytes that are not UTF-8', Buffer.of(0x78, 0xff, 0x0d), 2],
  ['three that differ', 'a\rb\rc\rd\re\rf\r', 2],
  ['three empty ones', '\r\r\r', 2],
])('%s ends it and puts the terminal back', async (_, typed, exitCode) => {
  const run = ask();
  await run.question(FIRST);
  run.stdin.write(typed);
  expect(await run.exitCode).toBe(exitCode);
  expect(run.stdin.modes).toEqual([true, false]);
  expect(run.out()).toBe('');
  expect(run.err()).not.toContain('hunt');
});

test('the end of the terminal ends it', async () => {
  const run = ask();
  await run.question(FIRST);
  run.stdin.end('half');
  expect(await run.exitCode).toBe(2);
  expect(run.stdin.modes).toEqual([true, false]);
});

test('a signal ends it and puts the terminal back', async () => {
  const run = ask();
  await run.question(FIRST);
  run.interrupt();
  expect(await run.exitCode).toBe(130);
  expect(run.stdin.modes).toEqual([true, false]);
});
