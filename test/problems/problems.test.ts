import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runToEnd } from '../support/fake-world.ts';
import { tempFolder } from '../support/temp-project.ts';
import { formatCase, parseCase } from './case.ts';

const FOLDER = import.meta.dirname;
const CASES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.txt'))
  .sort();

/** Where a case sets no secrets of its own, those of its users are set. */
const SECRETS = ['DB_PASSWORD', 'ADMIN_PASSWORD', 'POSTGRES_PASSWORD']
  .map((name, index) => `${name}='apple-${index}'\n`)
  .join('');

describe('bad settings', () => {
  it.each(CASES)('%s must be refused in these words', async (path) => {
    const file = join(FOLDER, path);
    const { command, env, files } = parseCase(readFileSync(file, 'utf8'));
    const folder = tempFolder();
    for (const [name, text] of [['.env.prod', SECRETS] as const, ...files]) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      if (name.endsWith('/')) mkdirSync(join(folder, name), { recursive: true });
      else writeFileSync(join(folder, name), text, { mode: name.startsWith('.env') ? 0o600 : 0o644 });
    }
    const before = listFiles(folder);
    const { exitCode, out, err } = await runToEnd(command, { cwd: folder, env });
    await expect(formatCase({ command, env, files }, { exitCode, out, err })).toMatchFileSnapshot(file);
    expect([2, 3]).toContain(exitCode);
    expect(err).not.toMatch(/^\s+at /m);
    expect(out + err).not.toMatch(/hunter2|invalid_|expected string|received|undefined|NaN|\[object/);
    expect(err).not.toContain(folder);
    expect(listFiles(folder), 'nothing may be written').toEqual(before);
  });
});

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => {
      const { size, mode } = statSync(join(folder, path));
      return `${relative(folder, join(folder, path))} ${size} ${mode}`;
    })
    .sort();
}
