import { CVES_AS_OF, type Cve } from '../problems/cves.ts';
import type { Page } from '../problems/page.ts';
import type { Reporter } from './reporter.ts';

const WIDTH = 100;

/** Reports one page in full. */
export function reportPage(code: string, page: Page, report: Reporter): void {
  const { title, severity, ignorable, why, pgbouncer, fix, sources } = page;
  report.data({ code, ...page });
  const { style } = report;
  report.line(`${style.bold(code)}: ${title}`);
  const overruled = ignorable ? `; \`# ecar-pool: ignore ${code} reason\` overrules it` : '';
  report.line(style.dim(`${severity}${overruled}`));
  const sections: readonly (readonly [string, string | undefined])[] = [
    ['Why', why],
    ['What PgBouncer does', pgbouncer],
    ['Fix', fix],
  ];
  for (const [heading, text] of sections) {
    if (text === undefined) continue;
    report.line();
    report.line(style.cyan(heading));
    for (const line of wrap(text, WIDTH - 2)) report.line(`  ${line}`);
  }
  if (sources.length === 0) return;
  report.line();
  report.line(style.cyan('Sources'));
  for (const source of sources) report.line(`  ${source}`);
}

/** Reports every code with its title; for machines every page, and the table of CVEs. */
export function reportPages(
  pages: Readonly<Record<string, Page>>,
  cves: Readonly<Record<string, Cve>>,
  report: Reporter,
): void {
  const entries = Object.entries(pages);
  report.data({
    pages: entries.map(([code, page]) => ({ code, ...page })),
    cves: Object.entries(cves).map(([code, cve]) => ({ code, ...cve })),
    cvesAsOf: CVES_AS_OF,
  });
  const width = Math.max(...entries.map(([code]) => code.length));
  for (const [code, { severity, title }] of entries)
    report.line(`${code.padEnd(width)}  ${report.style.dim(severity.padEnd(7))}  ${title}`);
}

/** Text in lines of at most `width` characters, where its words allow. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
