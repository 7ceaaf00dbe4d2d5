import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatCase, parseCase } from '../problems/case.ts';
import { runToEnd } from '../support/fake-world.ts';
import { tempFolder } from '../support/temp-project.ts';

const CASES = join(import.meta.dirname, 'cases');
const NAMES = readdirSync(CASES).filter((name) => name.endsWith('.txt'));

/** The secrets of the cases, and parts of them: none may be said, and only .env.prod may hold one. */
const SECRETS = /hunter2|s3cret/;

describe('init --from', () => {
  it.each(NAMES)('%s must be taken over, or refused, in these words', async (name) => {
    const file = join(CASES, name);
    const { command, env, files } = parseCase(readFileSync(file, 'utf8'));
    const folder = tempFolder();
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { exitCode, out, err } = await runToEnd(command, { cwd: folder, env });
    const written = ['ecar-pool.yaml', '.env.prod', '.env.staging'].filter(
      (path) => existsSync(join(folder, path)) && !files.some(([given]) => given === path),
    );
    // What the head of the file says is the same in all of them.
    const texts = written.map((path) => readFileSync(join(folder, path), 'utf8').replace(/^#.*\n\n?/gm, ''));
    await expect(
      formatCase({ command, env, files }, { exitCode, out, err }) +
        written.map((path, index) => `=== ${path}\n${texts[index]}`).join(''),
    ).toMatchFileSnapshot(file);
    expect(out + err).not.toMatch(SECRETS);
    expect(out + err).not.toContain(folder);
    expect(err).not.toMatch(/^\s+at /m);
    if (exitCode !== 0) {
      expect(written, 'nothing may be written').toEqual([]);
      return;
    }
    expect(texts[0]).not.toMatch(SECRETS);
    const [, secrets = ''] = written;
    expect(statSync(join(folder, secrets)).mode & 0o777).toBe(0o600);
    const rendered = await runToEnd(['render', '--diff'], { cwd: folder });
    // What may be wrong with a pool that was taken over is told, and stops nobody.
    expect(rendered.exitCode, rendered.err).toBe(0);
    expect(rendered.err).not.toMatch(/error:/);
    expect(rendered.out).not.toMatch(SECRETS);
  });
});
