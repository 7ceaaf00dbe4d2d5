import { Option } from 'commander';
import type { AddCommand } from './context.ts';
import { examples } from './context.ts';

export interface CheckOptions {
  readonly strict?: boolean;
  readonly format: 'text' | 'sarif';
}

/** `ecar-pool check`: all that is wrong with the settings, or might be; no docker, nothing written. */
export const addCheck: AddCommand = (program, bind) => {
  const command = program
    .command('check')
    .description('tell all that is wrong with the settings, or might be, and why; asks no docker')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'sarif']).default('text'))
    .option('--strict', 'let warnings fail, too')
    .addHelpText(
      'after',
      `${examples(
        ['ecar-pool check --env prod', 'before a deployment'],
        ['ecar-pool check --env prod --strict', 'in CI: warnings fail, too'],
        ['ecar-pool check --format sarif > check.sarif', 'for code scanning'],
        ['ecar-pool explain over-budget', 'more about a finding'],
      )}
A comment in the settings file overrules a finding on its line or the next one:
  # ecar-pool: ignore CODE reason

Exit codes: 0 no errors, 1 errors (with --strict also warnings), 2 settings that nothing can be
rendered from.
`,
    );
  bind<CheckOptions>(command, async (invocation) => {
    const { runCheck } = await import('./run-check.ts');
    return runCheck(invocation);
  });
};
