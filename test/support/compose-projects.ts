import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { tempFolder } from './temp-project.ts';

export const PROJECTS = join(import.meta.dirname, '..', 'projects');

/** The projects: folders with Compose files as people write them, and what they give in `expected/`. */
export const PROJECT_NAMES = readdirSync(PROJECTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** A copy of a project in a folder of its own name, and the file that `init --from` is given. */
export function copyProject(name: string): { readonly folder: string; readonly file: string } {
  const folder = join(tempFolder(), name);
  const isTheirs = (path: string) => basename(path) !== 'expected';
  cpSync(join(PROJECTS, name), folder, { recursive: true, filter: isTheirs });
  const file = ['compose.yaml', 'docker-compose.yml', 'base.yml'].find((known) =>
    existsSync(join(folder, known)),
  );
  if (file === undefined) throw new Error(`${name} has no Compose file`);
  return { folder, file };
}

/** The digest of every file of a folder, by its path. */
export function digestFiles(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const entries = files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')];
  });
  return Object.fromEntries(entries.sort());
}

export type Values = { [key: string]: Values };

/** Whether the real Compose is here; it needs no engine for this. */
export const hasCompose = (() => {
  try {
    return /^v?[2-9]/.test(execFileSync('docker', ['compose', 'version', '--short'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
})();

/** What Compose makes of a project, with every profile; without files, of those that it finds by itself. */
export function readConfig(folder: string, files: readonly string[] = []): Values {
  const argv = [
    'compose',
    '--profile',
    '*',
    ...files.flatMap((file) => ['-f', file]),
    'config',
    '--format',
    'json',
  ];
  return JSON.parse(
    execFileSync('docker', argv, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}
