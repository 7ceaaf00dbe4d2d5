import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Needs } from '../plan/needs.ts';
import { replaceWhole } from './replace-whole.ts';
import { PRIVATE_FOLDER, STANDING, stateFolder } from './state.ts';

/** That an older set was put back: what runs is that one, whatever the settings say. */
export interface RolledBack {
  /** Of the set in the history. */
  readonly time: string;
  /** RFC 3339. */
  readonly at: string;
  /** Where it was no rollback, it failed and went back by itself. */
  readonly by: 'deploy' | 'rollback' | 'rotate';
}

/** How what runs stands to the files in the output folder. There is one once something was proved to run. */
export interface Standing {
  /** What renders have asked for since; undefined where nothing is outstanding. */
  readonly needs?: Needs | undefined;
  readonly rolledBack?: RolledBack | undefined;
}

/** A standing as it was noted; the id tells it from one of the same content. */
export type NotedStanding = Standing & { readonly id: string };

/** What is known; undefined where nothing was proved yet, or since nobody knows how something ended. */
export async function readStanding(folder: string): Promise<NotedStanding | undefined> {
  try {
    const { format, ...standing } = JSON.parse(await readFile(join(stateFolder(folder), STANDING), 'utf8'));
    return format === FORMAT ? standing : undefined;
  } catch {
    return undefined;
  }
}

/** Notes what is known. Where it cannot be written, nothing is known: that costs a hint, and no more. */
export async function noteStanding(folder: string, { needs, rolledBack }: Standing): Promise<void> {
  const content = { format: FORMAT, id: randomUUID(), needs, rolledBack };
  try {
    await mkdir(stateFolder(folder), { recursive: true, mode: PRIVATE_FOLDER });
    await replaceWhole(join(stateFolder(folder), STANDING), `${JSON.stringify(content)}\n`);
  } catch {
    await forgetStanding(folder).catch(() => {});
  }
}

/** From here on nobody knows what runs, until something is proved again. */
export async function forgetStanding(folder: string): Promise<void> {
  await rm(join(stateFolder(folder), STANDING), { force: true });
}

/** Raised when needs of before can no longer be read as those of now. */
const FORMAT = 2;
