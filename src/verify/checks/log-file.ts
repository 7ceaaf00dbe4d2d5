import { reloadCommand } from '../../plan/commands.ts';
import { findPgbouncer, seen } from '../evidence.ts';
import { renewCommand } from '../explain.ts';
import { fail, ok, skip } from '../row.ts';
import type { Check } from '../scene.ts';
import { isCurrent } from '../subject.ts';

const ID = 'log-file';
const TITLE = 'log file';
/** What a busy PgBouncer may log until the rotation looks again. */
const SLACK_BYTES = 32 * 1024 * 1024;

/** Whether PgBouncer's log file is there, and is rotated: nobody misses either before the disk is full. */
export const checkLogFile: Check = (scene) => {
  const { stack, project } = scene.subject;
  const { log } = stack.monitoring;
  if (log === undefined) return [];
  const container = findPgbouncer(scene.evidence);
  if (container && !isCurrent(container, scene.subject))
    return [skip(ID, TITLE, 'the pgbouncer container is not the one that was rendered last')];
  const probe = seen(scene.evidence.probe);
  if (probe?.log === undefined)
    return [skip(ID, TITLE, 'nothing could be run to the end in the pgbouncer container')];
  const { isRotated, bytes } = probe.log;
  if (!isRotated) {
    const cause = 'What rotates the file beside PgBouncer has been ended';
    const hint = `run ${renewCommand(scene)}`;
    return [fail(ID, TITLE, { observed: 'nothing rotates it', cause, hint })];
  }
  if (bytes === undefined) {
    const cause = 'PgBouncer writes to a file that was removed or renamed';
    const hint = `make it open its log again: ${reloadCommand(project)}`;
    // It is as of a rotation until the next line.
    return [fail(ID, TITLE, { observed: 'there is none', cause, hint, transient: true })];
  }
  // A rotation waits at most until it is twice as large as it may be: see rotate-log.sh.
  const limit = 2 * log.max_bytes + SLACK_BYTES;
  if (bytes <= limit) return [ok(ID, TITLE, `rotated; ${formatSize(bytes)} now`)];
  const observed = `${formatSize(bytes)}, and is not put aside`;
  const expected = `about ${formatSize(log.max_bytes)} at most`;
  const cause = 'Its rotation fails: the volume is full or cannot be written to';
  return [
    fail(ID, TITLE, {
      observed,
      expected,
      cause,
      hint: 'make room; `docker system df -v` shows what is used',
    }),
  ];
};

function formatSize(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${Math.round(bytes / 1024 / 1024)} MB`;
}
