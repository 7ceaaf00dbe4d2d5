import { writeCommentLines } from '../../formats/comment-lines.ts';
import type { PlannedFile } from '../../plan/file-plan.ts';
import { CONFIG_FOLDER } from '../../stack/config-files.ts';
import { LOG_FILE } from '../pgbouncer-ini.ts';
import { markLines, type Rendering } from '../rendering.ts';

/** What PgBouncer with a log file starts with. */
export const LOG_INI = 'with-log.ini';

/**
 * The settings and the log file. It is not named in pgbouncer.ini: a PgBouncer that was started without the log's
 * volume would end at its next reload, because it cannot open the file.
 */
export function writeLogIni(rendering: Rendering): PlannedFile[] {
  if (rendering.stack.monitoring.log === undefined) return [];
  // To PgBouncer, entering a section again means to set all of it back to its defaults.
  const about = 'Its last section is [pgbouncer] and goes on below; a header here would undo it.';
  const mark = writeCommentLines(markLines(rendering, about), ';');
  const text = `${mark}\n%include ${CONFIG_FOLDER}/pgbouncer.ini\nlogfile = ${LOG_FILE}\n`;
  return [{ path: `pgbouncer/${LOG_INI}`, mode: 0o644, text }];
}
