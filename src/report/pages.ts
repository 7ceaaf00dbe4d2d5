import { posix } from 'node:path';
import type { Reporter } from './reporter.ts';

/** What a run of pgBadger brought. */
interface Pages {
  readonly environment: string;
  /** The folder that the pages are in, as people would type it. */
  readonly folder: string;
  /** The newest page of each log, relative to that folder. */
  readonly pages: readonly string[];
  /** What brings the stack up, for a hint. */
  readonly upCommand: string;
}

/** Reports where pages are: of each log the newest one, and the calendar that leads to all of them. */
export function reportPages({ environment, folder, pages, upCommand }: Pages, report: Reporter): void {
  const reports = pages.map((page) => {
    const [log = ''] = page.split('/');
    return { log, newest: posix.join(folder, page), all: posix.join(folder, log, 'index.html') };
  });
  report.data({ environment, reports });
  for (const { newest } of reports) report.line(newest);
  for (const { all } of reports) report.detail(`${report.style.dim('all days and weeks:')} ${all}`);
  if (reports.length > 0 || report.json) return;
  // Where a script expects a path, there is none.
  report.notice(`no report: ${environment} has logged nothing yet`);
  report.notice(`  ${report.errStyle.cyan('fix:')} run ${upCommand} and let clients come`);
}
