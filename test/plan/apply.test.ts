import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyChanges } from '../../src/plan/apply.ts';
import type { Change } from '../../src/plan/change.ts';
import { comparePlan } from '../../src/plan/compare.ts';
import type { FilePlan, PlannedFile } from '../../src/plan/file-plan.ts';
import { readManifest, spanManifests } from '../../src/plan/manifest.ts';
import { hashText, MANIFEST_PATH } from '../../src/plan/plan-files.ts';
import { MARK } from '../../src/writers/rendering.ts';
import { tempFolder } from '../support/temp-project.ts';

function file(path: string, content: string, mode = 0o644): PlannedFile {
  return { path, mode, text: `# ${MARK}\n${content}\n` };
}

/** A plan with its manifest, as planFiles makes it. */
function planOf(...files: PlannedFile[]): FilePlan {
  const hashes = Object.fromEntries(files.map(({ path, text }) => [path, hashText(text)]));
  return [
    ...files,
    { path: MANIFEST_PATH, mode: 0o600, text: JSON.stringify({ mark: MARK, files: hashes }) },
  ];
}

async function apply(plan: FilePlan, folder: string, force = false): Promise<Change[]> {
  const changes = await comparePlan(plan, folder);
  await applyChanges(changes, folder, { force, signal: new AbortController().signal });
  return changes;
}

const summary = (changes: readonly Change[]) =>
  changes.map(({ kind, path, cause }) => `${kind} ${path}: ${cause}`);
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('applying a plan', () => {
  it('must create files and folders with their modes, whatever the umask', async () => {
    const folder = join(tempFolder(), 'stack', 'prod');
    const before = process.umask(0o077);
    try {
      await apply(planOf(file('.env', 'x', 0o600), file('pgbouncer/userlist.txt', 'y')), folder);
    } finally {
      process.umask(before);
    }
    expect(modeOf(folder)).toBe(0o700);
    expect(modeOf(join(folder, 'pgbouncer'))).toBe(0o755);
    expect(modeOf(join(folder, 'pgbouncer/userlist.txt'))).toBe(0o644);
    expect(modeOf(join(folder, '.env'))).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['.ecar-pool.json', '.env', 'pgbouncer']);
  });

  it('must write nothing when nothing differs', async () => {
    const folder = tempFolder();
    const plan = planOf(file('a', '1'), file('b/c', '2'));
    await apply(plan, folder);
    const seen = () =>
      ['a', 'b/c', MANIFEST_PATH, 'b', '.']
        .map((path) => statSync(join(folder, path), { bigint: true }))
        .map(({ ino, mtimeNs, ctimeNs }) => [ino, mtimeNs, ctimeNs]);
    const before = seen();
    expect(summary(await apply(plan, folder)).every((line) => line.startsWith('unchanged'))).toBe(true);
    expect(seen()).toEqual(before);
  });

  it('must replace by rename, so that a reader in a container sees a new inode', async () => {
    const folder = tempFolder();
    await apply(planOf(file('a', '1')), folder);
    const { ino } = statSync(join(folder, 'a'));
    await apply(planOf(file('a', '2')), folder);
    expect(statSync(join(folder, 'a')).ino).not.toBe(ino);
  });

  it('must say why each file changes', async () => {
    const folder = tempFolder();
    await apply(planOf(file('a', '1'), file('b', '1'), file('c', '1'), file('gone', '1')), folder);
    writeFileSync(join(folder, 'b'), `# ${MARK}\nedited\n`);
    const changes = await apply(
      planOf(file('a', '2'), file('b', '2'), file('c', '1', 0o600), file('d', '1')),
      folder,
    );
    expect(summary(changes)).toEqual([
      'update a: the settings changed',
      'update b: it was changed since it was rendered',
      'update c: its mode is 0644, not 0600',
      'create d: there is none yet',
      'update .ecar-pool.json: the settings changed',
      'remove gone: the settings need it no more',
    ]);
    expect(readdirSync(folder).sort()).toEqual(['.ecar-pool.json', 'a', 'b', 'c', 'd']);
  });

  it('must leave every file as it was when one cannot be put in place', async () => {
    const folder = tempFolder();
    await apply(planOf(file('a', 'old'), file('gone', 'old')), folder);
    mkdirSync(join(folder, 'z', 'full'), { recursive: true });
    const changes: Change[] = [
      { kind: 'update', path: 'a', foreign: false, cause: '', before: 'old', after: file('a', 'new') },
      { kind: 'create', path: 'b', foreign: false, cause: '', before: undefined, after: file('b', 'new') },
      { kind: 'remove', path: 'gone', foreign: false, cause: '', before: 'old', after: undefined },
      { kind: 'create', path: 'z', foreign: false, cause: '', before: undefined, after: file('z', 'new') },
    ];
    await expect(
      applyChanges(changes, folder, { force: false, signal: new AbortController().signal }),
    ).rejects.toThrow();
    expect(readFileSync(join(folder, 'a'), 'utf8')).toContain('old');
    expect(readFileSync(join(folder, 'gone'), 'utf8')).toContain('old');
    expect(readdirSync(folder).sort()).toEqual(['.ecar-pool.json', 'a', 'gone', 'z']);
  });

  it('must stop before the first rename when it is interrupted', async () => {
    const folder = tempFolder();
    const changes = await comparePlan(planOf(file('a', '1')), folder);
    await expect(
      applyChanges(changes, folder, { force: false, signal: AbortSignal.abort() }),
    ).rejects.toThrow('Interrupted');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('must clear what a killed render left, and leave a running one alone', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, '.ecar-pool-staging-999999999'));
    mkdirSync(join(folder, `.ecar-pool-staging-${process.ppid}`));
    await apply(planOf(file('a', '1')), folder);
    expect(readdirSync(folder).sort()).toEqual([
      `.ecar-pool-staging-${process.ppid}`,
      '.ecar-pool.json',
      'a',
    ]);
  });
});

describe('files whose format has no place for a mark', () => {
  const secret = (text: string): PlannedFile => ({ path: 'secret', mode: 0o644, text });

  it('must be known without a manifest where they are as they should be', async () => {
    const folder = tempFolder();
    await apply(planOf(file('a', '1'), secret('s')), folder);
    rmSync(join(folder, MANIFEST_PATH));
    expect(summary(await apply(planOf(file('a', '1'), secret('s')), folder))).toEqual([
      'unchanged a: up to date',
      'unchanged secret: up to date',
      'create .ecar-pool.json: there is none yet',
    ]);
  });

  // As a render leaves the folder that is killed before or after it puts the file in place.
  it.each(['old', 'new'])('must be known when a render was killed: the %s one lies there', async (text) => {
    const folder = tempFolder();
    await apply(planOf(file('a', '1'), secret('old')), folder);
    const manifestOf = (plan: FilePlan) => plan.at(-1)?.text ?? '';
    const before = readFileSync(join(folder, MANIFEST_PATH), 'utf8');
    const span = spanManifests(before, manifestOf(planOf(file('a', '1'), secret('new'))));
    writeFileSync(join(folder, MANIFEST_PATH), span);
    writeFileSync(join(folder, 'secret'), text);
    const changes = await apply(planOf(file('a', '1'), secret('newest')), folder);
    expect(summary(changes)).toContain('update secret: the settings changed');
    expect(readFileSync(join(folder, MANIFEST_PATH), 'utf8')).toBe(
      manifestOf(planOf(file('a', '1'), secret('newest'))),
    );
  });

  it('must be vouched for, old and new, before the first of them is put in place', async () => {
    const folder = tempFolder();
    await apply(planOf(secret('old'), file('sub/gone', '1')), folder);
    const seen: string[] = [];
    const before = readFileSync(join(folder, MANIFEST_PATH), 'utf8');
    const changes = await comparePlan(planOf(secret('new'), file('z', '1')), folder);
    // Looks at the folder when the file of that name is about to be put in place.
    const watched = changes.map((change) => ({
      ...change,
      get path() {
        if (change.path === 'secret') seen.push(readFileSync(join(folder, MANIFEST_PATH), 'utf8'));
        return change.path;
      },
    }));
    await applyChanges(watched, folder, { force: false, signal: new AbortController().signal });
    const span = [...readManifest(seen.find((text) => text !== before))];
    expect(span).toEqual([
      ['secret', [hashText('old'), hashText('new')]],
      ['sub/gone', [expect.any(String)]],
      ['z', [expect.any(String)]],
    ]);
  });

  it('must be kept where somebody changed them, and truly told of', async () => {
    const folder = tempFolder();
    await apply(planOf(secret('old')), folder);
    writeFileSync(join(folder, 'secret'), 'by hand');
    const changes = await comparePlan(planOf(secret('new')), folder);
    expect(summary(changes)[0]).toBe('update secret: it was changed since it was rendered');
    await expect(apply(planOf(secret('new')), folder)).rejects.toThrow(
      /secret was not rendered by ecar-pool, or changed since/,
    );
  });
});

describe('files that are not ours', () => {
  it('must never be overwritten unasked, and nothing else written then', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'a'), 'by hand');
    await expect(apply(planOf(file('a', '1'), file('b', '1')), folder)).rejects.toThrow(
      /a was not rendered by ecar-pool/,
    );
    expect(readdirSync(folder)).toEqual(['a']);
    await apply(planOf(file('a', '1'), file('b', '1')), folder, true);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toContain(MARK);
  });

  it.each(['echo 1 # MARK', '# mine\n# MARK', '{"note": "MARK"}'])(
    'must be known by their first words: %j',
    async (text) => {
      const folder = tempFolder();
      writeFileSync(join(folder, 'a'), text.replace('MARK', MARK));
      await expect(apply(planOf(file('a', '1')), folder)).rejects.toThrow(/a was not rendered by ecar-pool/);
    },
  );

  it('must keep a folder that is used for something else as it is', async () => {
    const folder = tempFolder();
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await expect(apply(planOf(file('a', '1')), folder)).rejects.toThrow(/is not empty, and nothing in it/);
    expect(modeOf(folder)).toBe(0o755);
    await apply(planOf(file('a', '1')), folder, true);
    expect(readdirSync(folder).sort()).toEqual(['.ecar-pool.json', 'a', 'notes.txt']);
  });

  it('must survive a manifest that lists them', async () => {
    const parent = tempFolder();
    const folder = join(parent, 'stack');
    mkdirSync(folder);
    writeFileSync(join(parent, 'outside'), `# ${MARK}`);
    writeFileSync(join(folder, 'by-hand'), 'mine');
    const files = Object.fromEntries(
      ['../outside', 'by-hand', join(parent, 'outside'), 'a/../../outside', ''].map((path) => [path, 'x']),
    );
    writeFileSync(join(folder, MANIFEST_PATH), JSON.stringify({ mark: MARK, files }));
    expect(
      summary(await apply(planOf(file('a', '1')), folder)).filter((line) => line.startsWith('remove')),
    ).toEqual([]);
    expect(readFileSync(join(parent, 'outside'), 'utf8')).toBe(`# ${MARK}`);
    expect(readFileSync(join(folder, 'by-hand'), 'utf8')).toBe('mine');
  });

  it.each(['{', '[]', '{"files":[1]}', 'null'])('must survive a broken manifest: %s', async (text) => {
    const folder = tempFolder();
    writeFileSync(join(folder, MANIFEST_PATH), text);
    await apply(planOf(file('a', '1')), folder);
    expect(readdirSync(folder).sort()).toEqual(['.ecar-pool.json', 'a']);
  });

  it('must not be reached through a link', async () => {
    const parent = tempFolder();
    const folder = join(parent, 'stack');
    mkdirSync(folder);
    mkdirSync(join(parent, 'elsewhere'));
    symlinkSync(join(parent, 'elsewhere'), join(folder, 'pgbouncer'));
    await expect(apply(planOf(file('pgbouncer/pgbouncer.ini', '1')), folder)).rejects.toThrow(/leads out of/);
    expect(readdirSync(join(parent, 'elsewhere'))).toEqual([]);
  });
});
