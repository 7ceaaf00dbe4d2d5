import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

/** The rooms, and the rooms that each may import from: the one arrow of ARCHITECTURE.md. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  problems: [],
  stack: [],
  formats: [],
  credentials: ['formats', 'stack', 'problems'],
  settings: ['credentials', 'formats', 'stack', 'problems'],
  init: ['settings'],
  adopt: ['formats', 'stack'],
  import: ['settings', 'credentials', 'formats', 'stack', 'problems'],
  writers: ['credentials', 'formats', 'stack', 'plan/file-plan.ts'],
  plan: ['writers', 'credentials', 'formats', 'stack', 'problems'],
  docker: ['formats', 'stack', 'problems'],
  verify: ['docker', 'plan', 'formats', 'stack', 'problems'],
  backup: ['docker', 'plan', 'credentials', 'formats', 'stack', 'problems'],
  deploy: ['verify', 'docker', 'plan', 'formats', 'stack', 'problems'],
  report: ['deploy', 'verify', 'backup', 'docker', 'formats', 'plan', 'stack', 'problems'],
  cli: [
    'adopt',
    'init',
    'import',
    'settings',
    'plan',
    'writers',
    'credentials',
    'formats',
    'docker',
    'verify',
    'deploy',
    'backup',
    'report',
    'stack',
    'problems',
  ],
};

/** Each library has one owner. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  zod: ['settings'],
  yaml: ['settings', 'formats'],
  ini: ['formats'],
  chalk: ['report'],
  diff: ['report'],
  'csv-parse': ['credentials'],
  'fastest-levenshtein': ['settings'],
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split('\\').join('/'))
  .filter((path) => path.endsWith('.ts') && path.includes('/'));

function importsOf(path: string): string[] {
  const text = readFileSync(join(SRC, path), 'utf8');
  return [...text.matchAll(/(?:^(?:import|export) (?:[^;']*? from )?|import\()'([^'\n]+)'/gm)].map(
    (match) => match[1] ?? '',
  );
}

describe('the rooms', () => {
  it.each(files)('%s must import along the arrow only', (path) => {
    const room = path.split('/')[0] ?? '';
    expect(ROOMS, `src/${room}/ is a room that this test does not know`).toHaveProperty(room);
    for (const specifier of importsOf(path)) {
      if (specifier.startsWith('node:')) continue;
      if (!specifier.startsWith('.')) {
        const library = specifier.split('/')[0] ?? '';
        expect(LIBRARIES[library], `${library} has no owner`).toContain(room);
        continue;
      }
      const target = posix.join(posix.dirname(path), specifier);
      const targetRoom = target.split('/')[0] ?? '';
      const isAllowed =
        targetRoom === room || ROOMS[room]?.includes(targetRoom) || ROOMS[room]?.includes(target);
      expect(isAllowed, `${path} imports ${target}`).toBe(true);
    }
  });

  it('must touch files and processes in the rooms for that only', () => {
    const touching = files.filter((path) =>
      importsOf(path).some((name) => /^node:(fs|child_process|net|tls|http)/.test(name)),
    );
    const rooms = new Set(touching.map((path) => path.split('/')[0]));
    // node:net is imported for isIP, which asks nobody.
    expect([...rooms].sort()).toEqual(['backup', 'cli', 'deploy', 'docker', 'formats', 'plan', 'settings']);
  });

  it('must keep every command cheap to declare: what it needs is imported when it runs', () => {
    const program = importsOf('cli/program.ts').filter((name) => name.startsWith('./'));
    for (const command of program.filter((name) => name !== './context.ts')) {
      const text = readFileSync(join(SRC, 'cli', command), 'utf8');
      const eager = [...text.matchAll(/^import (?!type)[^;]*from '([^']+)'/gm)].map((match) => match[1]);
      expect(
        eager.filter((name) => name !== './context.ts' && name !== 'commander'),
        command,
      ).toEqual([]);
    }
  });
});
