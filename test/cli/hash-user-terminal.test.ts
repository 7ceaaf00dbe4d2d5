import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hashMd5 } from '../../src/credentials/md5.ts';
import { useBuiltProgram } from '../support/built-program.ts';

interface Driven {
  readonly exit: number;
  readonly shown: string;
  readonly echo: readonly boolean[];
  readonly restored: boolean;
}

type Step = { readonly wait: string } & ({ readonly type: string } | { readonly signal: string });

const run = promisify(execFile);
const hasPython = process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty']).status === 0;
const FIRST = 'Password for bob: ';
const SECOND = 'The same again: ';

async function drive(program: string, steps: readonly Step[], ...argv: readonly string[]): Promise<Driven> {
  const driver = join(import.meta.dirname, '../credentials/drive-terminal.py');
  const command = [process.execPath, program, 'hash-user', ...argv];
  const { stdout } = await run('python3', [driver, JSON.stringify(steps), ...command]);
  return JSON.parse(stdout);
}

// Loud where it cannot run: a prompt that shows passwords is not something to find out later.
describe.skipIf(!hasPython)('on a real terminal (needs python3)', () => {
  const program = useBuiltProgram();

  test('the password is never shown, and the terminal is as before', async () => {
    const password = 'hunter2 ✓';
    const driven = await drive(
      program(),
      [
        { wait: FIRST, type: `${password}\r` },
        { wait: SECOND, type: `${password}\r` },
      ],
      'bob',
    );
    expect(driven).toMatchObject({ exit: 0, echo: [false, false], restored: true });
    expect(driven.shown).toContain(`"bob" "${hashMd5('bob', password)}"`);
    expect(driven.shown).not.toContain('hunter2');
  });

  test.each([
    ['Ctrl-C', { type: 'hunter2\x03' }, 130],
    ['SIGTERM', { signal: 'SIGTERM' }, 130],
    ['SIGINT from elsewhere', { signal: 'SIGINT' }, 130],
    ['Ctrl-D', { type: '\x04' }, 2],
  ])('%s ends it and the terminal is as before', async (_, step, exit) => {
    const driven = await drive(program(), [{ wait: FIRST, ...step }], 'bob');
    expect(driven).toMatchObject({ exit, echo: [false], restored: true });
    expect(driven.shown).not.toContain('hunter2');
  });

  test('a terminal is not asked where a password comes from elsewhere', async () => {
    const driven = await drive(program(), [], 'bob', '--password-stdin');
    expect(driven).toMatchObject({ exit: 2, restored: true });
    expect(driven.shown).toContain('stdin is a terminal');
  });
});
