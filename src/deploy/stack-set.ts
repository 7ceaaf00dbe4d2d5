import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FilePlan, PlannedFile } from '../plan/file-plan.ts';
import { writeFlushed } from '../plan/flush.ts';
import { readManifest } from '../plan/manifest.ts';
import { hashText, MANIFEST_PATH } from '../plan/plan-files.ts';
import type { Stack } from '../stack/stack.ts';
import { freezeStack, thawStack } from './frozen-stack.ts';
import { PRIVATE_FOLDER } from './state.ts';

/** What the files of a set were rendered from, as far as it takes to run its steps and to verify it. */
export interface SetFacts {
  readonly stack: Stack;
  /** The rendered `[pgbouncer]` section. */
  readonly settings: ReadonlyMap<string, string>;
  /** What the label `ecar-pool.config-hash` of each rendered service says, by service. */
  readonly configHashes: ReadonlyMap<string, string>;
}

/** The rendered files of a stack at one time. */
export interface StackSet {
  readonly plan: FilePlan;
  /** Undefined where nobody knows: files that lie there, and were not put there by a deploy. */
  readonly facts: SetFacts | undefined;
}

/** A set of which all is known. */
export type KnownSet = StackSet & { readonly facts: SetFacts };

/** Raised when a `Stack` of before can no longer be read as one of now. */
const FORMAT = 1;
const FACTS = 'set.json';
const FILES = 'files';

/** Writes a set into a new folder that only its owner enters: its files, and beside them what they are. */
export async function writeSet(path: string, { plan, facts }: StackSet): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(join(path, FILES), { recursive: true, mode: PRIVATE_FOLDER });
  for (const { path: name, mode, text } of plan) {
    const target = join(path, FILES, inside(name));
    await mkdir(dirname(target), { recursive: true, mode: PRIVATE_FOLDER });
    await writeFlushed(target, text, mode, (file) => file.chmod(mode));
  }
  const content = {
    format: FORMAT,
    files: plan.map(({ path: name, mode }) => ({ path: name, mode })),
    ...(facts === undefined ? {} : { facts: freezeFacts(facts) }),
  };
  await writeFlushed(join(path, FACTS), `${JSON.stringify(content)}\n`, 0o600);
}

/** Reads a set that was written; undefined where there is none, or none that this release can read. */
export async function readSet(path: string): Promise<StackSet | undefined> {
  try {
    const { format, files, facts } = JSON.parse(await readFile(join(path, FACTS), 'utf8'));
    if (format !== FORMAT) return undefined;
    const plan = await Promise.all(
      (files as Omit<PlannedFile, 'text'>[]).map(async (file) => ({
        ...file,
        text: await readFile(join(path, FILES, inside(file.path)), 'utf8'),
      })),
    );
    return { plan, facts: facts === undefined ? undefined : thawFacts(facts) };
  } catch {
    return undefined;
  }
}

/** The files that lie in an output folder, by its manifest; none where nothing was rendered there. */
export async function readRendered(folder: string): Promise<FilePlan> {
  const manifest = await readFile(join(folder, MANIFEST_PATH), 'utf8').catch(() => undefined);
  const names = manifest === undefined ? [] : [...readManifest(manifest).keys(), MANIFEST_PATH];
  const files = await Promise.all(
    names.map(async (path): Promise<PlannedFile | undefined> => {
      const at = join(folder, path);
      const found = await lstat(at).catch(() => undefined);
      if (!found?.isFile()) return undefined;
      return { path, mode: found.mode & 0o7777, text: await readFile(at, 'utf8') };
    }),
  );
  return files.filter((file) => file !== undefined);
}

/** The files of a set that are not as they were rendered, by its manifest; none where it has no manifest. */
export function listEdited(plan: FilePlan): string[] {
  const known = readManifest(plan.find(({ path }) => path === MANIFEST_PATH)?.text);
  return plan.flatMap(({ path, text }) => {
    const hashes = known.get(path);
    return hashes === undefined || hashes.includes(hashText(text)) ? [] : [path];
  });
}

/** Whether two sets have the same files with the same text. */
export function isSameSet(left: FilePlan, right: FilePlan): boolean {
  const texts = new Map(left.map(({ path, text }) => [path, text]));
  return left.length === right.length && right.every(({ path, text }) => texts.get(path) === text);
}

/** The overlay of an adopted project lies outside the output folder; in a kept set nothing may. */
function inside(path: string): string {
  return path.replaceAll('../', '_up/');
}

function freezeFacts({ stack, settings, configHashes }: SetFacts): object {
  return { stack: freezeStack(stack), settings: [...settings], configHashes: [...configHashes] };
}

function thawFacts({ stack, settings, configHashes }: ReturnType<typeof JSON.parse>): SetFacts {
  return {
    stack: thawStack(stack),
    settings: new Map(settings),
    configHashes: new Map(configHashes),
  };
}
