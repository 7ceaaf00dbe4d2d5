import type { PlannedFile } from '../../plan/file-plan.ts';
import { CONFIG_FOLDER } from '../../stack/config-files.ts';
import type { Rendering } from '../rendering.ts';
import { fillScript } from './fill-script.ts';
import { LOG_INI } from './log-ini.ts';

const SCRIPT = 'rotate-log.sh';
const EVERY_SECONDS = 5;

/**
 * PgBouncer with the rotation of its log beside it. In its own container it may signal PgBouncer without a
 * password, and it lives as long; the script is read each time, so a new limit needs no new container.
 */
export const COMMAND_WITH_ROTATION = [
  '/bin/sh',
  '-c',
  `while sleep ${EVERY_SECONDS}; do sh ${CONFIG_FOLDER}/${SCRIPT}; done & exec pgbouncer ${CONFIG_FOLDER}/${LOG_INI}`,
];

/** Matches the command line of the loop, and not one that it stands in itself. */
export const ROTATION_PATTERN = SCRIPT.replace('.', '[.]');

/** The script that rotates PgBouncer's log file, where there is one. */
export function writeLogRotation(rendering: Rendering): PlannedFile[] {
  const { log } = rendering.stack.monitoring;
  if (log === undefined) return [];
  const text = fillScript(rendering, 'monitoring/rotate-log.sh', { ...log });
  return [{ path: `pgbouncer/${SCRIPT}`, mode: 0o644, text }];
}
