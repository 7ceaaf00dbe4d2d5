import { posix } from 'node:path';
import type { Reporter } from './reporter.ts';

/** What a run of pgBadger brought. */
interface Pages {
  readonly environment: string;
  /** The folder that the pages are in, as people would type it. */
  readonly folder: string;
  /** The newest page of each log, relative to that folder. */
  readonly pages: readonly string[];
}

/** Reports where pages are: of each log the newest one, and the calendar that leads to all of them. */
export function reportPages({ environment, folder, pages }: Pages, report: Reporter): void {
  const reports = pages.map((page) => {
    const [log = ''] = page.split('/');
    return { log, newest: posix.join(folder, page), all: posix.join(folder, log, 'index.html') };
  });
  report.data({ environment, reports });
  for (const { newest } of reports) report.line(newest);
  for (const { all } of reports) report.detail(`${report.style.dim('all days and weeks:')} ${all}`);
  if (reports.length === 0) report.line(`no report: ${environment} has logged nothing yet`);
}
