import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetFacts } from '../deploy/stack-set.ts';
import type { Standing } from '../deploy/standing.ts';
import type { Change } from '../plan/change.ts';
import { type ComposeProject, isComposeFile } from '../stack/compose-project.ts';
import { CONFIG_FOLDER } from '../stack/config-files.ts';
import type { Stack } from '../stack/stack.ts';
import { listRuleFiles } from '../verify/checks/rule-files.ts';
import { readDotenvOnDisk } from '../verify/dotenv-on-disk.ts';
import type { ShutOut, Subject, Target, UnreadFiles } from '../verify/subject.ts';
import { ROTATION_PATTERN } from '../writers/monitoring/log-rotation.ts';
import { LOG_FILE } from '../writers/pgbouncer-ini.ts';

/** What docker is asked about for a stack. */
export function describeTarget(stack: Stack, project: ComposeProject, isRendered: boolean): Target {
  return {
    stack,
    project,
    isRendered,
    configFolder: CONFIG_FOLDER,
    logFile: stack.monitoring.log && { file: LOG_FILE, rotation: ROTATION_PATTERN },
  };
}

/** Who is to be kept out, by what is known of what runs; whom nobody has dated, PgBouncer may remember. */
export function describeShutOut({ needs, rememberedSince = {} }: Standing): ShutOut | undefined {
  if (needs === undefined) return undefined;
  const dates = new Map(Object.entries(rememberedSince));
  const remembered = needs.remembered.map(
    (name) => [name, Date.parse(dates.get(name) ?? '') || Number.POSITIVE_INFINITY] as const,
  );
  return { dropped: needs.dropped, remembered: new Map(remembered) };
}

/** The files of rules that PgBouncer may not have read, by what is known of what runs and by when they were written. */
export async function findUnread(folder: string, { needs }: Standing): Promise<UnreadFiles | undefined> {
  const paths = needs === undefined ? [] : listRuleFiles(needs);
  const found = await Promise.allSettled(paths.map(async (path) => (await stat(join(folder, path))).mtimeMs));
  // One that is gone is named by no setting any more, which the console shows.
  const times = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return times.length === 0 ? undefined : { paths, since: Math.max(...times) };
}

/**
 * What a set of files is verified by.
 * @param changes from what lies on the disk to the set
 */
export function describeSubject(
  target: Target,
  { settings, configHashes }: SetFacts,
  changes: readonly Change[],
  rest: Pick<Subject, 'renderCommand' | 'isApplied' | 'waitCommand' | 'env' | 'kept' | 'since'>,
): Subject {
  return {
    ...target,
    ...rest,
    changes,
    settings,
    configHashes,
    dotenv: readDotenvOnDisk(changes),
    composeText: changes.find(({ path }) => isComposeFile(path))?.after?.text ?? '',
  };
}
