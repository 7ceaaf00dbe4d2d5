import { chmod, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { IMAGES } from './images.ts';
import { run } from './run.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder with the package as npm installs it, and `bin/ecar-pool`. */
    installed: string;
  }
}

/** Builds the bundle and installs it beside the tree, so that a build meanwhile changes nothing under test. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  await requireEngine();
  await run('npm', ['run', '--silent', 'build'], { cwd: process.cwd() });
  const installed = await mkdtemp(join(tmpdir(), 'ecar-pool-e2e-installed-'));
  for (const part of ['dist', 'templates', 'package.json']) {
    await cp(part, join(installed, part), { recursive: true });
  }
  await chmod(join(installed, 'dist/main.cjs'), 0o755);
  await mkdir(join(installed, 'bin'));
  await symlink('../dist/main.cjs', join(installed, 'bin/ecar-pool'));
  provide('installed', installed);
  return () => rm(installed, { recursive: true });
}

async function requireEngine(): Promise<void> {
  const inspect = ['image', 'inspect', '--format', '{{.Id}}', ...Object.values(IMAGES)];
  const { code } = await run('docker', inspect, { cwd: process.cwd(), code: 'any', timeoutMs: 20_000 }).catch(
    () => ({ code: 1 }),
  );
  if (code === 0) return;
  throw new Error(
    'The end-to-end tests need a Docker engine with the testbed images, which did not answer: run test/testbed/up.sh.',
  );
}
