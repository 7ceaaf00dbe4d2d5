import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Needs, onlyShutOut } from '../plan/needs.ts';
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
  /** Since when PgBouncer is to forget each user whom it is to forget, RFC 3339: one that started later has. */
  readonly rememberedSince?: Readonly<Record<string, string>> | undefined;
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
export async function noteStanding(
  folder: string,
  { needs, rolledBack, rememberedSince }: Standing,
): Promise<void> {
  const content = { format: FORMAT, id: randomUUID(), needs, rolledBack, rememberedSince };
  try {
    await mkdir(stateFolder(folder), { recursive: true, mode: PRIVATE_FOLDER });
    await replaceWhole(join(stateFolder(folder), STANDING), `${JSON.stringify(content)}\n`);
  } catch {
    await remove(folder).catch(() => {});
  }
}

/** From here on nobody knows what runs, until something is proved again; only who is to be kept out stays on record. */
export async function forgetStanding(folder: string): Promise<void> {
  const { needs, rememberedSince } = (await readStanding(folder)) ?? {};
  const shutOut = needs && onlyShutOut(needs);
  if (shutOut === undefined) return remove(folder);
  return noteStanding(folder, { needs: shutOut, rememberedSince });
}

/**
 * Since when each user is to be forgotten of whom PgBouncer remembers something.
 * @param known what was known before
 * @param remembered all of them
 * @param fresh those who have become so right now
 */
export function dateRemembered(
  known: Standing | undefined,
  remembered: readonly string[],
  fresh: readonly string[],
): Record<string, string> {
  const now = new Date().toISOString();
  const before = new Map(Object.entries(known?.rememberedSince ?? {}));
  return Object.fromEntries(
    remembered.map((name) => [name, fresh.includes(name) ? now : (before.get(name) ?? now)]),
  );
}

function remove(folder: string): Promise<void> {
  return rm(join(stateFolder(folder), STANDING), { force: true });
}

/** Raised when needs of before can no longer be read as those of now. */
const FORMAT = 3;
