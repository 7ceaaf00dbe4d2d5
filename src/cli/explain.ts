import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

/** `ecar-pool explain`: the page on a finding, or the list of all. */
export const addExplain: AddCommand = (program, bind) => {
  const command = program
    .command('explain')
    .description('tell what is behind a finding: why, what PgBouncer does, what to do')
    .argument('[code]', 'the code that the finding has; none lists all')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool explain', 'list the codes'],
        ['ecar-pool explain over-budget', 'print one page'],
        ['ecar-pool explain cve-2026-107350 --json', 'the same for machines'],
      ),
    );
  bind(command, async ({ report }, code) => {
    const [{ CVES }, { isCode, PAGES }, { reportPage, reportPages }] = await Promise.all([
      import('../problems/cves.ts'),
      import('../problems/pages.ts'),
      import('../report/explanations.ts'),
    ]);
    if (code === undefined) {
      reportPages(PAGES, CVES, report);
      return 0;
    }
    const wanted = code.toLowerCase();
    if (!isCode(wanted)) {
      const [{ nearestName }, { UsageError }] = await Promise.all([
        import('../settings/nearest.ts'),
        import('../problems/errors.ts'),
      ]);
      const nearest = nearestName(wanted, Object.keys(PAGES));
      throw new UsageError(
        `there is no code \`${code}\``,
        nearest === undefined ? 'ecar-pool explain lists the codes' : `did you mean ${nearest}?`,
      );
    }
    reportPage(wanted, PAGES[wanted], report);
    return 0;
  });
};
