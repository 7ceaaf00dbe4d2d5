import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

/** The program in one file, for tests that need a process of its own: built before the first of a `describe`. */
export function useBuiltProgram(): () => string {
  const folder = mkdtempSync(join(tmpdir(), 'ecar-pool-built-'));
  const outfile = join(folder, 'main.mjs');
  beforeAll(async () => {
    await build({
      entryPoints: [join(import.meta.dirname, '../../src/main.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      define: { __VERSION__: '"0.0.0-test"', __BUILD__: '"test"' },
      banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
      logLevel: 'silent',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => outfile;
}
