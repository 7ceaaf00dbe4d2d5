import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from './support/temp-project.ts';

const ROOT = join(import.meta.dirname, '..');
const { version, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
};

/** npm without what the surrounding npm run puts into the environment. */
function npm(cwd: string, ...args: string[]): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('the package', () => {
  it('must install from its tarball and run, with all that it needs and nothing else', () => {
    const folder = tempFolder();
    npm(ROOT, 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder);
    const [tarball = ''] = readdirSync(folder);
    expect(tarball).toBe(`ecar-pool-${version}.tgz`);
    npm(folder, 'init', '--yes');
    npm(
      folder,
      'install',
      '--silent',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      `./${tarball}`,
    );
    const run = (...args: string[]) =>
      spawnSync(join(folder, 'node_modules/.bin/ecar-pool'), args, { cwd: folder, encoding: 'utf8' });
    expect(run('--version').stdout.trim()).toBe(version);
    expect(run('init', '--yes', '--name', 'packed')).toMatchObject({ status: 0, stderr: '' });
    expect(run('render')).toMatchObject({ status: 0, stderr: '' });
    expect(run('render', '--check', '--quiet')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(run('snippet', 'django').stdout).toContain('DATABASES');
    expect(readdirSync(join(folder, 'stack/dev')).sort()).toContain('docker-compose.yml');
    const shipped = readdirSync(join(folder, 'node_modules/ecar-pool')).sort();
    expect(shipped).toEqual([
      '.env.example',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
      'schema',
      'templates',
    ]);
    expect(readdirSync(join(folder, 'node_modules/ecar-pool/dist')).sort()).toEqual([
      'THIRD-PARTY-LICENSES',
      'main.cjs',
    ]);
  }, 120_000);

  it('must hold code of the packages that it declares and of no other, each with its terms', () => {
    const licenses = readFileSync(join(ROOT, 'dist/THIRD-PARTY-LICENSES'), 'utf8');
    const titles = [...licenses.matchAll(/^(\S+) \d+\.\d+\.\d+ \((MIT|ISC|BSD-3-Clause)\)$/gm)];
    expect(titles.map(([, name]) => name)).toEqual(Object.keys(dependencies).sort());
    expect(licenses.match(/copyright/gi)?.length).toBeGreaterThanOrEqual(titles.length);
  });
});

describe('the README', () => {
  it('must say what the program does: its tour and its reference are what it prints', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  }, 60_000);
});
