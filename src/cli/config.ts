import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

interface ConfigOptions {
  readonly defaults?: boolean;
}

/** `ecar-pool config`: every value in force and where it comes from. */
export const addConfig: AddCommand = (program, bind) => {
  const command = program
    .command('config')
    .description('print every setting in force and where it comes from, secrets redacted')
    .option('--defaults', 'also what this release of PgBouncer takes where the settings are silent')
    .addHelpText(
      'after',
      examples(
        ['ecar-pool config --env prod', 'what production runs with'],
        ['ecar-pool config --env prod --defaults', "with PgBouncer's own defaults"],
        ['ecar-pool config --env prod --json', 'the same for machines'],
      ),
    );
  bind<ConfigOptions>(command, async ({ world, options, report }) => {
    const [{ loadStack }, { listSettings }, { reportWarnings }] = await Promise.all([
      import('../settings/load-stack.ts'),
      import('../settings/list-settings.ts'),
      import('../report/warnings.ts'),
    ]);
    const { stack, settings, tree, warnings } = await loadStack(options, {
      ...world,
      onWait: report.progress,
    });
    reportWarnings(warnings, report);
    const listed = listSettings(settings, tree, stack, { builtIn: options.defaults === true });
    report.data({ environment: stack.environment, settings: listed });
    const lines = listed.map(({ path, value, origin }) => ({
      text: `${path}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
      origin,
    }));
    const width = Math.min(60, Math.max(...lines.map(({ text }) => text.length)));
    for (const { text, origin } of lines)
      report.line(`${text.padEnd(width)}  ${report.style.dim(`# ${origin}`)}`);
    return 0;
  });
};
