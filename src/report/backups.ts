import type { BackupResult, Progress } from '../backup/back-up.ts';
import type { RestoreResult } from '../backup/restore.ts';
import { formatBytes } from '../formats/bytes.ts';
import { printable } from './printable.ts';
import type { Reporter } from './reporter.ts';

/** Reports backups: the path of each on a line of its own, which is all that is left under `--quiet`. */
export function reportBackups(
  environment: string,
  { dumps, removed }: BackupResult,
  showPath: (path: string) => string,
  report: Reporter,
): void {
  report.data({
    environment,
    backups: dumps.map(({ database, path, bytes, tables, ms }) => ({
      database,
      file: showPath(path),
      bytes,
      tables,
      ms: Math.round(ms),
    })),
    removed: removed.map(showPath),
  });
  for (const { database, path, bytes, tables, ms } of dumps) {
    report.line(showPath(path));
    const about = `${printable(database)}: ${countTables(tables)}, ${formatBytes(bytes)}, read back whole, ${formatElapsed(ms)}`;
    report.detail(`  ${report.style.dim(about)}`);
  }
  if (removed.length === 0) return;
  report.detail(`removed, by \`backup.keep\` and \`backup.keep_days\`:`);
  for (const path of removed) report.detail(`  ${showPath(path)}`);
}

/** Reports what a restore brought. */
export function reportRestore(
  environment: string,
  file: string,
  { database, bytes, tables, created, ms }: RestoreResult,
  report: Reporter,
): void {
  report.data({ environment, file, database, bytes, tables, created, ms: Math.round(ms) });
  const verb = created ? 'created and restored' : 'restored';
  report.line(
    `${verb} ${printable(database)}: ${countTables(tables)} from ${formatBytes(bytes)}, ${formatElapsed(ms)}`,
  );
}

const DOING = { dump: 'dumping', check: 'reading back the dump of', restore: 'restoring' } as const;

/** `dumping ecar_db: 12 MB, 3 s` */
export function formatProgress({ step, database, bytes, total }: Progress, ms: number): string {
  const share = total === undefined ? '' : ` of ${formatBytes(total)}`;
  // All has been read, and Postgres still builds indexes.
  const rest = step === 'restore' && bytes === total ? ' read, Postgres finishes' : '';
  return `${DOING[step]} ${database}: ${formatBytes(bytes)}${share}${rest}, ${formatElapsed(ms)}`;
}

function countTables(tables: number): string {
  return `${tables} ${tables === 1 ? 'table' : 'tables'}`;
}

/** `0.8 s`, `42 s`, `3 min 20 s` */
function formatElapsed(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
