import type { AddCommand } from './context.ts';
import { examples, parseSeconds } from './context.ts';

export interface ReportOptions {
  readonly timeout: number;
  readonly out?: string;
  readonly to?: string;
}

/** `ecar-pool report`: has pgBadger read the logs, and brings its pages here. */
export const addReport: AddCommand = (program, bind) => {
  const command = program
    .command('report')
    .description("make an HTML report of PgBouncer's log, and say where it is")
    .option('--to <dir>', 'put the pages there instead of stack/<env>/reports/')
    .option('--timeout <seconds>', 'time limit of the whole run', parseSeconds, 600)
    .option('-o, --out <dir>', 'where the stack was rendered, if not to stack/<env>/')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool report --env prod', 'what was logged up to now'],
        ['ecar-pool report --env prod --to /srv/reports', 'put the pages elsewhere'],
        ['ecar-pool report --env prod --quiet', 'print the path of the newest page only'],
      ),
    );
  bind<ReportOptions>(command, async (invocation) => {
    const { makeReport } = await import('./make-report.ts');
    return makeReport(invocation);
  });
};
